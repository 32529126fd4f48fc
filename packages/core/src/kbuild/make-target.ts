import { kernelImageNames, listNames, sourceArchNames } from '../arch/index.ts'
import { command, joinMessages, message, option, type Message } from '../errors/index.ts'

/** What to write instead of a target of the kernel's Makefile (`make help`) that was given as the source; `undefined` for other words. */
export function hintForTarget(word: string): Message | undefined {
  if ([...kernelImageNames, 'all', 'vmlinux', 'vmlinuz', 'modules', 'isoimage'].includes(word))
    return message`Run ${command('kernelkit build')} in the tree: ${listNames(kernelImageNames)} and vmlinux are always built, '${word}' is a target of make.`
  if (/^(?:tinyconfig|allnoconfig|defconfig)$/.test(word)) return message`Give a configuration to start from as ${option('base', word)}.`
  if (/^(?:old|olddef|menu|n|x|g|local\w+|all\w+|rand)config$/.test(word))
    return message`Run \`make ${word}\` in the tree, then ${command('kernelkit build --base ./.config')}.`
  if (/^[\w-]+\.config$/.test(word)) return message`Give a fragment as ${option('config', word)}.`
  if (/^[\w-]+_defconfig$/.test(word))
    return message`Give a configuration to start from as a file: ${joinMessages(
      sourceArchNames.map((name) => option('base', `./arch/${name}/configs/${word}`)),
      ' or ',
    )}.`
  if (/^(?:clean|mrproper|distclean)$/.test(word))
    return message`Run ${command('kernelkit cache prune --kind build')}, which removes what kernelkit has built.`
  if (/^(?:install|modules_install|headers_install)$/.test(word))
    return message`Copy what was built with ${option('out', 'DIR')}: nothing is installed.`
  return undefined
}
