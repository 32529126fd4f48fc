import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { machineryFiles, testFiles, type MachineryFiles } from '../packages/core/src/report/machinery/files.ts'
import { nameMatcher } from '../packages/core/src/report/machinery/names.ts'
import { definedFunctions, type Wrapper } from './kernel-functions.ts'
import { repository } from './source-files.ts'

/**
 * `npm run machinery -- TREE...`: reads the files that core/src/report/machinery/files.ts names in kernel trees and writes the functions that
 * they define to functions.ts there. A name that other files of the same tree define too is left out unless the machinery exports it.
 */
const trees = process.argv.slice(2)
if (trees.length === 0) throw new Error('name at least one kernel tree')

type Class = keyof MachineryFiles
const classes: readonly Class[] = ['entry', 'checking', 'printing', 'serving']

interface Rule {
  readonly ofFile: (path: string) => boolean
  readonly ofName: (name: string) => boolean
  readonly length: number
  readonly isPart: boolean
}

const rules = new Map<Class, readonly Rule[]>(
  classes.map((name) => [
    name,
    machineryFiles[name].map((entry) => {
      const [file = '', names = '*'] = entry.split(':')
      return {
        ofFile: nameMatcher([file]),
        ofName: nameMatcher([names]),
        length: file.replace('*', '').length,
        isPart: entry.includes(':'),
      }
    }),
  ]),
)
const isTest = nameMatcher(testFiles)

/** The most exact rule wins: parts of a file, then longer patterns. */
function classOf(path: string, name: string): Class | undefined {
  let best: { readonly rank: number; readonly name: Class } | undefined
  for (const [group, list] of rules)
    for (const rule of list) {
      const rank = rule.length + (rule.isPart ? 1000 : 0)
      if ((best === undefined || rank > best.rank) && rule.ofFile(path) && rule.ofName(name)) best = { rank, name: group }
    }
  return best?.name
}

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
const isOtherArch = nameMatcher(
  ['alpha', 'arc', 'csky', 'h8300', 'hexagon', 'ia64', 'microblaze', 'nds32', 'nios2', 'openrisc', 'sh', 'xtensa'].map(
    (name) => `arch/${name}/*`,
  ),
)

/** Code that others call, not drivers. */
function isCore(path: string): boolean {
  return !/^(?:drivers|sound)\//.test(path) || path.startsWith('drivers/base/')
}

function isHeader(path: string): boolean {
  return /(?:^|\/)include\//.test(path)
}

function wrapperClass(wrapper: Wrapper | undefined): Class | undefined {
  return wrapper === 'stop' ? 'checking' : wrapper === 'lock' ? 'serving' : undefined
}

/** A helper that only stops the machine is a check, whatever its file is. */
function classWith(ofFile: Class | undefined, ofBody: Class | undefined): Class | undefined {
  return ofFile === undefined || (ofFile === 'serving' && ofBody === 'checking') ? ofBody : ofFile
}

function versionOf(tree: string): string {
  const text = readFileSync(join(tree, 'Makefile'), 'utf8')
  return ['VERSION', 'PATCHLEVEL', 'SUBLEVEL'].map((key) => new RegExp(`^${key} = (\\d+)`, 'm').exec(text)?.[1] ?? '0').join('.')
}

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
const found = new Map<string, Class>()
const shared = new Set<string>()
const versions: string[] = []
for (const tree of trees) {
  versions.push(versionOf(tree))
  const machinery = new Map<string, Class>()
  const global = new Set<string>()
  const elsewhere = new Set<string>()
  for (const root of roots) {
    let names: string[] = []
    try {
      names = readdirSync(join(tree, root), { recursive: true }) as string[]
    } catch {
      continue
    }
    for (const name of names) {
      if (!/\.[chS]$/.test(name)) continue
      const path = `${root}/${name}`
      if (isModules(path) || isOtherArch(path)) continue
      const text = readFileSync(join(tree, path), 'latin1')
      for (const { name: symbol, wrapper } of definedFunctions(path, text)) {
        const group = isTest(path) ? undefined : classWith(classOf(path, symbol), isCore(path) ? wrapperClass(wrapper) : undefined)
        if (group === undefined) {
          // A header of another architecture defines the same interface.
          if (!isHeader(path)) elsewhere.add(symbol)
          continue
        }
        const known = machinery.get(symbol)
        if (known === undefined || classes.indexOf(group) < classes.indexOf(known)) machinery.set(symbol, group)
        if (!new RegExp(String.raw`^[^\n(]*\bstatic\b[^\n(]*\b${symbol}\s*\(`, 'm').test(text)) global.add(symbol)
      }
    }
  }
  for (const [symbol, group] of machinery) {
    // Others have a function of that name too: only its callers show which one a trace means.
    if (elsewhere.has(symbol) && !global.has(symbol)) shared.add(symbol)
    else if (!found.has(symbol)) found.set(symbol, group)
  }
  process.stdout.write(`${tree}: ${machinery.size} functions of ${versions.at(-1)}\n`)
}

function render(names: readonly string[]): string {
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

const text = `// Written by tools/render-machinery.ts from files.ts; \`npm run machinery -- TREE...\` writes it again. Do not edit.

/** Versions of the kernel that these functions were read from; the lists are names between blanks. */
export const machineryVersions: readonly string[] = [${versions.map((version) => `'${version}'`).join(', ')}]

${classes.map((group) => `export const ${group}Functions = \`\n${render([...found].filter(([, name]) => name === group).map(([name]) => name))}\n\`\n`).join('\n')}
/** Functions of the same files whose names others have too. */
export const sharedFunctions = \`\n${render([...shared].filter((name) => !found.has(name)))}\n\`
`
writeFileSync(join(repository, 'packages/core/src/report/machinery/functions.ts'), text)
