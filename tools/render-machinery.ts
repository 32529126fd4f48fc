import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nameMatcher } from '../packages/core/src/report/machinery/names.ts'
import { definedFunctions } from './kernel-functions.ts'
import { machineryClasses, mergeTrees, namesOfTree, type MachineryNames, type ReadFile } from './machinery-names.ts'
import { repository } from './source-files.ts'

/**
 * `npm run machinery -- TREE...`, the oldest tree first: reads kernel trees and writes the functions that serve others, by the files that
 * core/src/report/machinery/files.ts names, to functions.ts there.
 */

// Little but modules, whose functions a trace marks as such: a third of the tree.
const isModules = nameMatcher([
  'drivers/gpu/*',
  'drivers/net/*',
  'drivers/media/*',
  'drivers/staging/*',
  'drivers/infiniband/*',
  'drivers/scsi/*',
  'drivers/iio/*',
  'drivers/pinctrl/*',
  'drivers/clk/*',
  'sound/soc/*',
  'sound/pci/*',
  'sound/usb/*',
])
// Architectures that this parser knows the reports of.
const knownArchitectures = ['arm', 'arm64', 'loongarch', 'm68k', 'mips', 'parisc', 'powerpc', 'riscv', 's390', 'sparc', 'um', 'x86']

const roots = [
  'arch',
  'block',
  'certs',
  'crypto',
  'drivers',
  'fs',
  'include',
  'init',
  'io_uring',
  'ipc',
  'kernel',
  'lib',
  'mm',
  'net',
  'security',
  'sound',
  'virt',
]

function isRead(path: string): boolean {
  const [root, architecture = ''] = path.split('/')
  return /\.[chS]$/.test(path) && !isModules(path) && (root !== 'arch' || knownArchitectures.includes(architecture))
}

function* readTree(tree: string): Iterable<ReadFile> {
  const present = new Set(readdirSync(tree))
  for (const root of roots.filter((name) => present.has(name)))
    for (const name of readdirSync(join(tree, root), { recursive: true, encoding: 'utf8' })) {
      const path = `${root}/${name}`
      if (isRead(path)) yield { path, functions: definedFunctions(path, readFileSync(join(tree, path), 'latin1')) }
    }
}

function versionOf(tree: string): string {
  const text = readFileSync(join(tree, 'Makefile'), 'utf8')
  return ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].map((key) => new RegExp(`^${key} = (\\d+)`, 'm').exec(text)?.[1] ?? '0').join('.')
}

function renderNames(names: readonly string[]): string {
  const lines: string[] = []
  let line = ' '
  for (const name of names.toSorted()) {
    if (line.length + name.length > 158) {
      lines.push(line)
      line = ' '
    }
    line += ` ${name}`
  }
  return [...lines, line].join('\n')
}

export function renderMachinery(versions: readonly string[], { machinery, shared }: MachineryNames): string {
  return `// Written by tools/render-machinery.ts from files.ts; \`npm run machinery -- TREE...\` writes it again. Do not edit.

/** Versions of the kernel that these functions were read from; the lists are names between blanks. */
export const machineryVersions: readonly string[] = [${versions.map((version) => `'${version}'`).join(', ')}]

${machineryClasses
  .map(
    (group) =>
      `export const ${group}Functions = \`\n${renderNames([...machinery].filter(([, name]) => name === group).map(([name]) => name))}\n\`\n`,
  )
  .join('\n')}
/** Functions of the same files whose names others have too. */
export const sharedFunctions = \`\n${renderNames([...shared])}\n\`
`
}

if (import.meta.main) {
  const trees = process.argv.slice(2)
  if (trees.length === 0) throw new Error('name at least one kernel tree, the oldest first')
  const names = trees.map((tree) => {
    const found = namesOfTree(readTree(tree))
    process.stdout.write(`${tree}: ${found.machinery.size} functions of ${versionOf(tree)}\n`)
    return found
  })
  writeFileSync(
    join(repository, 'packages/core/src/report/machinery/functions.ts'),
    renderMachinery(trees.map(versionOf), mergeTrees(names)),
  )
}
