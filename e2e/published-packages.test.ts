import { execFileSync, spawnSync } from 'node:child_process'
import {
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { architectures } from '@kernelkit/core/arch'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkitBin } from './lib/paths.ts'
import { preparePackages } from '../tools/release/prepare-packages.ts'
import { listPublishedPackages, repository } from '../tools/source-files.ts'

// What the release would publish, of what was built last: `npm run build` after a change of sources.
const published = listPublishedPackages()
const libraries = published.filter((name) => name !== 'cli')

let scratch = ''
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'kernelkit-published-'))
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

interface Manifest {
  readonly name: string
  readonly version: string
  readonly engines: { readonly node: string }
  readonly exports?: Readonly<Record<string, unknown>>
  readonly dependencies?: Readonly<Record<string, string>>
}

/** What `npm pack --json` says of a package. */
interface Packed {
  readonly name: string
  readonly filename: string
  readonly files: readonly { readonly path: string }[]
}

const readText = (...path: readonly string[]): string => readFileSync(join(...path), 'utf8')
const manifestOf = (directory: string): Manifest => JSON.parse(readText(directory, 'package.json')) as Manifest
const packageOf = (name: string): string => join(repository, 'packages', name)

/** npm with a cache of its own that knows no network. */
function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', [...args, '--offline', '--no-audit', '--no-fund', `--cache=${join(scratch, 'npm')}`], {
    cwd,
    encoding: 'utf8',
  })
}

describe('a published package', () => {
  it('holds what is needed and nothing else: no tests, no maps, no names of maps', () => {
    const workspaces = published.map((name) => `--workspace=packages/${name}`)
    const all = JSON.parse(npm(['pack', '--dry-run', '--json', '--ignore-scripts', ...workspaces], repository)) as readonly Packed[]
    expect(all.map(({ name }) => name)).toEqual(published.map((name) => manifestOf(packageOf(name)).name))
    for (const [index, { files }] of all.entries()) {
      const paths = files.map(({ path }) => path)
      expect(paths).toEqual(expect.arrayContaining(['package.json', 'README.md']))
      expect(paths.filter((path) => /\.map$|\.test\.|tsbuildinfo$|(?<!\.d)\.ts$/.test(path))).toEqual([])
      const scripts = paths.filter((path) => /\.(?:js|ts)$/.test(path))
      expect(scripts.length).toBeGreaterThan(1)
      // A name of a map alone makes bundlers look for it.
      expect(scripts.filter((path) => /^\/\/# sourceMappingURL/m.test(readText(packageOf(published[index] ?? ''), path)))).toEqual([])
    }
  })

  it.each(published.filter((name) => name !== 'action-kit'))('%s needs the same Node as the others, and its page names it', (name) => {
    const { engines } = manifestOf(packageOf(name))
    expect(engines.node).toBe('>=22.12')
    expect(readText(packageOf(name), 'README.md')).toContain('Node 22.12')
  })

  it('needs a newer Node for Actions, and its page names it', () => {
    expect(manifestOf(packageOf('action-kit')).engines.node).toBe('>=24')
    expect(readText(packageOf('action-kit'), 'README.md')).toContain('Node 24')
  })

  it.each(libraries.filter((name) => name !== 'core' && name !== 'action-kit'))('%s names the Node that it needs at its import', (name) => {
    // What an old Node says of itself.
    const old = `Object.defineProperty(process.versions, 'node', { value: '20.19.5' });`
    const ask = `import(${JSON.stringify(manifestOf(packageOf(name)).name)}).then(() => console.log('imported'), (error) => console.log(error.message))`
    const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', `${old}\n${ask}`], {
      cwd: packageOf(name),
      encoding: 'utf8',
    })
    expect(stdout).toMatch(
      /^kernelkit's packages need Node 22\.12 or newer, but this is v\S+ \(.*\)\. Install a newer Node, or put it first on PATH\.\n$/,
    )
  })

  it('has types for TypeScript 5.2 with checks of libraries, as the pages say', () => {
    const directory = mkdtempSync(join(repository, '.nx', 'types-'))
    try {
      const entries = libraries.flatMap((name) => {
        const { name: published, exports = {} } = manifestOf(packageOf(name))
        return Object.keys(exports).flatMap((path) => (path.endsWith('.json') ? [] : [`${published}${path.slice(1)}`]))
      })
      expect(entries).toContain('@kernelkit/vm')
      writeFileSync(join(directory, 'all.ts'), entries.map((entry, index) => `export * as entry${index} from '${entry}'\n`).join(''))
      const compilerOptions = { target: 'es2022', module: 'nodenext', strict: true, noEmit: true, skipLibCheck: false, types: ['node'] }
      writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['all.ts'] }))
      const compiler = join(repository, 'node_modules/typescript-minimum/bin/tsc')
      expect(execFileSync(process.execPath, [compiler, '--version'], { encoding: 'utf8' })).toMatch(/^Version 5\.2\./)
      const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', directory], { encoding: 'utf8' })
      expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
      expect(readText(packageOf('vm'), 'README.md')).toContain('TypeScript 5.2')
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })
})

it("the library's types need no setting of a project but its module system", () => {
  const directory = mkdtempSync(join(repository, '.nx', 'types-'))
  try {
    // TypeScript 6 and later load no types unasked: the library asks for those of Node.
    const compilerOptions = { target: 'es2022', module: 'nodenext', strict: true, noEmit: true }
    writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['main.mts'] }))
    const start = "import { bootVm } from '@kernelkit/vm'\nconst vm = await bootVm({ kernel: 'debian:12', root: 'host' })\n"
    writeFileSync(join(directory, 'main.mts'), `${start}const { stdout } = await vm.exec(['true'])\nexport const text: string = stdout\n`)
    const compiler = join(repository, 'node_modules/typescript/bin/tsc')
    const { status, stdout } = spawnSync(process.execPath, [compiler, '-p', directory], { encoding: 'utf8' })
    expect({ status, stdout }).toEqual({ status: 0, stdout: '' })
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})

describe('the published command', () => {
  it('is there for a project elsewhere that names the directory in this checkout, as the pages say', () => {
    const project = join(scratch, 'library project')
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{ "type": "module" }')
    npm(['install', '--save-dev', packageOf('vm')], project)
    writeFileSync(join(project, 'main.js'), `import { bootVm } from '@kernelkit/vm'\nconsole.log(typeof bootVm)\n`)
    expect(execFileSync(process.execPath, ['main.js'], { cwd: project, encoding: 'utf8' })).toBe('function\n')
  })

  it('says to an old Node what it needs, and in a checkout where that is', () => {
    // A program with the version of an old one.
    const old = mkdtempSync(join(tmpdir(), 'kernelkit-old-'))
    try {
      writeFileSync(join(old, 'old.mjs'), "Object.defineProperty(process.versions, 'node', { value: '20.19.5' })\n")
      const run = (bin: string) => spawnSync(process.execPath, ['--import', join(old, 'old.mjs'), bin, 'ps'], { encoding: 'utf8' })
      const { status, stderr } = run(kernelkitBin)
      expect({ status, stderr }).toEqual({
        status: 125,
        stderr: expect.stringMatching(/^kernelkit: needs Node 22\.12 or newer.*\nHint: Run `export PATH="/) as string,
      })
      const [, programs = ''] = /PATH="([^:]*):/.exec(stderr) ?? []
      expect(existsSync(join(programs, 'node')) && existsSync(join(programs, 'kernelkit'))).toBe(true)
      // Installed elsewhere there is no such place.
      mkdirSync(join(old, 'a b/x/cli/bin'), { recursive: true })
      writeFileSync(join(old, 'a b/x/cli/package.json'), '{ "type": "module" }')
      copyFileSync(kernelkitBin, join(old, 'a b/x/cli/bin/kernelkit.js'))
      expect(run(join(old, 'a b/x/cli/bin/kernelkit.js')).stderr).toMatch(/\nHint: Install a newer Node, or put it first on PATH\.\n$/)
    } finally {
      rmSync(old, { recursive: true, force: true })
    }
  })

  it('is one package without dependencies, with the programs of the guest, and works where it is installed', () => {
    const release = join(scratch, 'release')
    mkdirSync(join(release, 'packages'), { recursive: true })
    cpSync(join(repository, 'LICENSE'), join(release, 'LICENSE'))
    symlinkSync(join(repository, 'tools'), join(release, 'tools'))
    const own = packageOf('cli')
    for (const name of readdirSync(own)) {
      if (name === 'node_modules' || name === 'dist' || name === 'src') continue
      cpSync(join(own, name), join(release, 'packages/cli', name), { recursive: true, filter: (path) => !path.endsWith('bundle/agent') })
    }
    preparePackages(release, 'https://example.org/kernelkit')
    const [{ filename }] = JSON.parse(npm(['pack', '--json', '--foreground-scripts=false'], join(release, 'packages/cli'))) as [Packed]
    // What was made for the archive is gone again.
    expect(existsSync(join(release, 'packages/cli/bundle/agent'))).toBe(false)
    const project = join(scratch, 'a project')
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{ "private": true }')
    npm(['install', join(release, 'packages/cli', filename)], project)
    const modules = readdirSync(join(project, 'node_modules')).filter((name) => !name.startsWith('.'))
    expect(modules).toEqual(['kernelkit'])
    const installed = join(project, 'node_modules/kernelkit')
    expect(manifestOf(installed)).not.toHaveProperty('dependencies')
    for (const { name } of architectures) expect(existsSync(join(installed, 'bundle/agent/prebuilt', name, 'agent'))).toBe(true)
    const command = (...args: readonly string[]) =>
      spawnSync(join(project, 'node_modules/.bin/kernelkit'), args, {
        encoding: 'utf8',
        env: { ...process.env, HOME: project, KERNELKIT_CACHE_DIR: join(project, 'store') },
      })
    expect(command('--version')).toMatchObject({ status: 0, stdout: `${manifestOf(own).version}\n`, stderr: '' })
    expect(command('--help')).toMatchObject({ status: 0, stdout: expect.stringContaining('quickstart') as string, stderr: '' })
    expect(command('doctor', '--json')).toMatchObject({ stdout: expect.stringContaining('"checks"') as string })
  })
})
