import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repository } from '../tools/source-files.ts'

const actions = readdirSync(join(repository, 'actions')).filter((name) => existsSync(join(repository, 'actions', name, 'src')))
const distOf = (name: string): string => join(repository, 'actions', name, 'dist')
const fileCommands = ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY']

let directory: string

beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-bundles-'))
  for (const name of actions) cpSync(distOf(name), join(directory, name), { recursive: true })
  for (const name of fileCommands) writeFileSync(join(directory, name), '')
})

afterAll(() => rmSync(directory, { recursive: true, force: true }))

type Texts = Readonly<Record<string, string>>
/** `undefined` takes a variable away. */
type Variables = Readonly<Record<string, string | undefined>>

/** As the runner does, from a directory where no package can be found. */
function runEntry(action: string, entry: string, { inputs, env = {} }: { readonly inputs: Texts; readonly env?: Variables }) {
  return spawnSync(process.execPath, [join(directory, action, entry)], {
    cwd: directory,
    encoding: 'utf8',
    env: {
      PATH: process.env['PATH'],
      HOME: directory,
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: directory,
      RUNNER_TEMP: directory,
      ...env,
      ...Object.fromEntries(fileCommands.map((name) => [name, join(directory, name)])),
      ...Object.fromEntries(Object.entries(inputs).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    },
  })
}

describe.each(actions)('the bundle of %s', (action) => {
  const modules = readdirSync(distOf(action)).filter((name) => name.endsWith('.mjs'))
  const entries = modules.filter((name) => ['main.mjs', 'post.mjs'].includes(name))

  it.each(entries)('starts alone: %s reads its inputs and says what is wrong with one', (entry) => {
    const { stdout, stderr, status } = runEntry(action, entry, { inputs: { nonsense: '1' } })
    expect(stderr).toBe('')
    expect(stdout).toMatch(new RegExp(`^kernelkit ${action} \\d+\\.\\d+\\.\\d+\\S*, Node v\\d+`))
    expect(stdout).toMatch(/^::error title=BAD_INPUT::the input `nonsense` is not known; known: /m)
    expect(status).toBe(1)
  })

  it('leaves no file where there is no job', () => {
    const temp = mkdtempSync(join(directory, 'temp-'))
    const { status } = runEntry(action, 'main.mjs', { inputs: { nonsense: '1' }, env: { RUNNER_TEMP: undefined, TMPDIR: temp } })
    expect(status).toBe(1)
    expect(readdirSync(temp)).toEqual([])
  })

  it('holds what it imports, for a reader: no other import than of Node itself and of its own files, nothing minified', () => {
    for (const entry of modules) {
      const text = readFileSync(join(distOf(action), entry), 'utf8')
      const imports = [...text.matchAll(/^(?:import|export) .*"([^"]+)";$|\bimport\("([^"]+)"\)/gm)].map(
        ([, at, later]) => at ?? later ?? '',
      )
      expect(imports.filter((name) => !isBuiltin(name) && !modules.includes(name.replace(/^\.\//, '')))).toEqual([])
      // A small file may be one list of names.
      if (text.length > 10_000) expect(text.length / text.split('\n').length).toBeLessThan(120)
      // ASCII alone: V8 would keep the whole file in two bytes a character.
      expect(Buffer.byteLength(text)).toBe(text.length)
    }
  })

  it('leaves out what only ssh:// addresses and BuildKit sessions of Docker need', () => {
    for (const entry of modules)
      expect(readFileSync(join(distOf(action), entry), 'utf8')).not.toMatch(/node_modules\/(?:ssh2|@grpc|protobufjs)\//)
  })
})

describe.each(['build-kernel', 'bake-image'])('the input toolchain of %s', (action) => {
  it('asks for the engine that docker needs, and names each place that was tried', () => {
    const socket = join(directory, 'no-engine.sock')
    const { stdout, stderr, status } = runEntry(action, 'main.mjs', {
      inputs: { toolchain: 'docker' },
      env: { DOCKER_HOST: `unix://${socket}` },
    })
    expect(stderr).toBe('')
    expect(stdout).toContain('::error title=NO_ENGINE::')
    expect(stdout).toContain(socket)
    expect(stdout).toContain('or use `toolchain: host`.')
    expect(status).toBe(1)
  })

  it('refuses another value with those that it takes', () => {
    const { stdout, status } = runEntry(action, 'main.mjs', { inputs: { toolchain: 'maybe' } })
    expect(stdout).toMatch(/^::error title=BAD_OPTION::the input `toolchain` 'maybe' is not known; allowed: auto, host, docker\.$/m)
    expect(status).toBe(1)
  })
})

it("reads the client of GitHub's cache only when the cache is used, and undici with it alone", () => {
  const client = /node_modules\/(?:@actions\/cache|@azure\/|undici)/
  for (const action of actions) {
    const files = readdirSync(distOf(action)).filter((name) => name.endsWith('.mjs'))
    for (const entry of files.filter((name) => ['main-work.mjs', 'post-work.mjs'].includes(name))) {
      const loaded = [...closureOf(join(distOf(action), entry))]
      expect(loaded.length).toBeGreaterThan(1)
      expect(loaded.filter((file) => client.test(readFileSync(file, 'utf8')))).toEqual([])
    }
    // It is there, in a file of its own.
    expect(files.filter((name) => client.test(readFileSync(join(distOf(action), name), 'utf8')))).not.toEqual([])
  }
})

/** The files that a module cannot start without. */
function closureOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen
  seen.add(file)
  for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|export) .*?"\.\/([^"]+)";$/gm))
    closureOf(join(dirname(file), name), seen)
  return seen
}

it('bundles hold the client of Docker only where it is used', () => {
  const users = actions.filter((name) =>
    readdirSync(distOf(name)).some(
      (file) => file.endsWith('.mjs') && readFileSync(join(distOf(name), file), 'utf8').includes('node_modules/dockerode/'),
    ),
  )
  expect(users).toEqual(['bake-image', 'build-kernel'])
})

it('bundles have the same bytes when they are made again', () => {
  const again = join(directory, 'again')
  const { status, stderr } = spawnSync(process.execPath, ['tools/bundle-actions.ts', again], { cwd: repository, encoding: 'utf8' })
  expect(stderr).toBe('')
  expect(status).toBe(0)
  for (const name of actions) expect(digests(join(again, name, 'dist'))).toEqual(digests(distOf(name)))
})

function digests(dist: string): Readonly<Record<string, string>> {
  const files = readdirSync(dist, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
  return Object.fromEntries(files.map((file) => [file.slice(dist.length), createHash('sha256').update(readFileSync(file)).digest('hex')]))
}

it('setup-kvm carries the command, which runs without any package around it', () => {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [join(directory, 'setup-kvm/cli/bin/kernelkit.js'), 'cache', 'ls', '--json'],
    {
      cwd: directory,
      encoding: 'utf8',
      env: { PATH: process.env['PATH'], HOME: directory },
    },
  )
  expect(stderr).toBe('')
  expect(JSON.parse(stdout)).toBeTypeOf('object')
  expect(status).toBe(0)
  expect(readdirSync(join(directory, 'setup-kvm/cli/bundle/agent/prebuilt'))).toEqual(['i386', 'x86_64'])
})
