import { readFileSync, readdirSync } from 'node:fs'
import { join, normalize } from 'node:path'
import { describe, expect, it } from 'vitest'
import { listImports, listSources, repository, withoutCommentsAndStrings } from './source-files.ts'

/** Who may import whom: the arrows of docs/architecture.md. */
const arrows: Readonly<Record<string, readonly string[]>> = {
  core: [],
  host: ['core'],
  toolchain: ['core', 'host'],
  kernel: ['core', 'host', 'toolchain'],
  image: ['core', 'host', 'toolchain'],
  vm: ['core', 'host'],
  'action-kit': ['core', 'host'],
  cli: ['core', 'host', 'toolchain', 'kernel', 'image', 'vm'],
  // Private, for tests: it stands for GitHub's side, so it knows nothing of ours.
  testing: [],
}
/** Those that touch the machine themselves. */
const actors: readonly string[] = ['host', 'testing']

/** Built-ins that act on the machine; everything else asks the Host port. */
const effectModules = [
  'node:fs',
  'node:fs/promises',
  'node:child_process',
  'node:os',
  'node:http',
  'node:https',
  'node:worker_threads',
  'node:process',
]
const effectGlobals = /(?<![.\w])(?:process\.|console\.|Date\.now\b|new Date\(\)|performance\.now\b|Math\.random\b|fetch\()/

/** First files of a process: they hand the process to the rest. */
const entryFiles: readonly string[] = [
  'packages/cli/src/main.ts',
  'packages/vm/src/process/vm-host-main.ts',
  'packages/action-kit/src/run-action.ts',
  'actions/boot-vm/src/kernelkit-vm.ts',
  'actions/one-step/src/start-step.ts',
]

/** Facts about this process that do not touch the machine, and the one signal that is sent to a process which is not a child. */
const harmless = /process\.execPath\b|process\.kill\(state\.owner\.pid\b/

const packages = readdirSync(join(repository, 'packages'))
const actions = readdirSync(join(repository, 'actions'), { withFileTypes: true }).flatMap((entry) =>
  entry.isDirectory() ? [entry.name] : [],
)

function packageOf(specifier: string): string | undefined {
  return /^@kernelkit\/([^/]+)/.exec(specifier)?.[1]
}

/** Lines of code that reach past the Host port. */
function effectsOf(text: string): readonly string[] {
  return withoutCommentsAndStrings(text)
    .split('\n')
    .filter((line) => effectGlobals.test(line) && !harmless.test(line))
    .map((line) => line.trim())
}

describe('imports go one way', () => {
  it('knows every package', () => {
    expect(packages.toSorted()).toEqual(Object.keys(arrows).toSorted())
  })

  it.each(packages)('%s declares only dependencies along the arrows', (name) => {
    const manifest = JSON.parse(readFileSync(join(repository, 'packages', name, 'package.json'), 'utf8')) as Record<
      string,
      Record<string, string>
    >
    const declared = Object.keys({ ...manifest['dependencies'], ...manifest['peerDependencies'], ...manifest['optionalDependencies'] })
    const ours = declared.flatMap((dependency) => packageOf(dependency) ?? [])
    expect(ours.filter((dependency) => !(arrows[name] ?? []).includes(dependency))).toEqual([])
  })

  it.each(packages)('%s imports only along the arrows, and relative files of its own with their extension', (name) => {
    const wrong = listSources(name).flatMap((file) =>
      listImports(file.text)
        .filter(({ specifier }) => {
          const target = packageOf(specifier)
          if (target !== undefined) return !(arrows[name] ?? []).includes(target)
          if (!specifier.startsWith('.')) return false
          const path = normalize(join(file.path, '..', specifier))
          return !path.startsWith(`packages/${name}/`) || !/\.(?:ts|json)$/.test(specifier)
        })
        .map(({ specifier }) => `${file.path}: ${specifier}`),
    )
    expect(wrong).toEqual([])
  })

  it.each(packages.filter((name) => !actors.includes(name)))('%s touches the machine through the Host port only', (name) => {
    const files = listSources(name).filter((file) => !entryFiles.includes(file.path))
    const imports = files.flatMap((file) =>
      listImports(file.text)
        .filter(({ specifier, typeOnly }) => !typeOnly && effectModules.includes(specifier))
        .map(({ specifier }) => `${file.path}: ${specifier}`),
    )
    const globals = files.flatMap((file) => effectsOf(file.text).map((line) => `${file.path}: ${line}`))
    expect([...imports, ...globals]).toEqual([])
  })
})

describe('actions', () => {
  it.each(actions)('%s imports packages and its own files, and touches the machine through the Host port only', (name) => {
    const wrong = listSources(name, 'actions').flatMap((file) => [
      ...listImports(file.text)
        .filter(({ specifier, typeOnly }) => {
          if (specifier.startsWith('.')) return !normalize(join(file.path, '..', specifier)).startsWith(`actions/${name}/`)
          return specifier === 'kernelkit' || specifier.startsWith('@actions/') || (!typeOnly && effectModules.includes(specifier))
        })
        .map(({ specifier }) => `${file.path}: ${specifier}`),
      ...(entryFiles.includes(file.path) ? [] : effectsOf(file.text).map((line) => `${file.path}: ${line}`)),
    ])
    expect(wrong).toEqual([])
  })

  it.each(actions)("%s's first files read as a table of contents", (name) => {
    const files = listSources(name, 'actions').filter(({ path }) => /\/(?:main|post)\.ts$/.test(path))
    expect(files.filter(({ text }) => text.split('\n').length > 80).map(({ path }) => path)).toEqual([])
    expect(files.length).toBeGreaterThan(0)
  })

  it("have the runner's toolkit from action-kit alone", () => {
    const users = packages
      .flatMap((name) => listSources(name))
      .filter(({ text }) => listImports(text).some(({ specifier }) => specifier.startsWith('@actions/')))
    expect(users.filter(({ path }) => !path.startsWith('packages/action-kit/')).map(({ path }) => path)).toEqual([])
    expect(users.length).toBeGreaterThan(0)
  })
})

// Its 300 KB take a third of the time that --help takes.
it("loads the engine's client only where Docker is used: by name from the command, as types from the others", () => {
  const users = ['kernel', 'image', 'cli'].flatMap((name) => listSources(name))
  const wrong = users
    .filter(({ text }) => /^(?:import|export) (?!type\b)[^'"]*from '@kernelkit\/toolchain'/m.test(text))
    .map(({ path }) => path)
  expect(wrong).toEqual(['packages/cli/src/handlers/toolchain.ts'])
  // The subpath that every package may import.
  const tools = listSources('toolchain').filter(({ path }) => path.startsWith('packages/toolchain/src/tools/'))
  expect(tools.length).toBeGreaterThan(0)
  const eager = tools.filter(({ text }) => /^(?:import|export) (?!type\b)[^'"]*from '(?:\.\.\/|dockerode)/m.test(text))
  expect(eager.map(({ path }) => path)).toEqual([])
})

describe('the import reader', () => {
  it('finds static, type-only, re-exported and dynamic imports', () => {
    const text = [
      "import { a } from 'one'",
      "import type { B } from 'two'",
      "export { c } from 'three'",
      "import 'four'",
      'import {',
      '  d,',
      "} from 'five'",
      "const e = await import('six')",
    ].join('\n')
    expect(listImports(text)).toEqual([
      { specifier: 'one', typeOnly: false },
      { specifier: 'two', typeOnly: true },
      { specifier: 'three', typeOnly: false },
      { specifier: 'four', typeOnly: false },
      { specifier: 'five', typeOnly: false },
      { specifier: 'six', typeOnly: false },
    ])
  })

  it('sees an effect in code, not in a comment or a string', () => {
    expect(effectGlobals.test(withoutCommentsAndStrings("const a = 'process.env' // Date.now()\n/* fetch( */"))).toBe(false)
    expect(effectGlobals.test(withoutCommentsAndStrings("const a = process.env['X']"))).toBe(true)
    expect(effectGlobals.test(withoutCommentsAndStrings('await fetch(url)'))).toBe(true)
    expect(effectGlobals.test(withoutCommentsAndStrings('await host.fetch(url)'))).toBe(false)
  })
})
