import { kernelImageNames, listNames, sourceArchNames } from '../arch/index.ts'

/** What to write instead of a target of the kernel's Makefile (`make help`) that was given as the source; `undefined` for other words. */
export function hintForTarget(word: string): string | undefined {
  if ([...kernelImageNames, 'all', 'vmlinux', 'vmlinuz', 'modules', 'isoimage'].includes(word))
    return `'${word}' is a target of make: kernelkit builds ${listNames(kernelImageNames)} and vmlinux anyway; write \`kernelkit build\` in the tree.`
  if (/^(?:tinyconfig|allnoconfig|defconfig)$/.test(word)) return `a configuration to start from is given as --base ${word}.`
  if (/^(?:old|olddef|menu|n|x|g|local\w+|all\w+|rand)config$/.test(word))
    return `run \`make ${word}\` in the tree, then \`kernelkit build --base ./.config\`.`
  if (/^[\w-]+\.config$/.test(word)) return `a fragment is given as --config ${word}.`
  if (/^[\w-]+_defconfig$/.test(word))
    return `a configuration to start from is given as a file: --base ${listNames(sourceArchNames.map((name) => `./arch/${name}/configs/${word}`))}.`
  if (/^(?:clean|mrproper|distclean)$/.test(word)) return 'builds of kernelkit are removed with `kernelkit cache prune --kind build`.'
  if (/^(?:install|modules_install|headers_install)$/.test(word)) return 'nothing is installed here; --out DIR copies what was built.'
  return undefined
}
