import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { givenOptions } from '@kernelkit/core/options'
import { nodeHost, type Host, type Logger } from '@kernelkit/host'
import { expect, it } from 'vitest'
import { createContext } from '../context.ts'
import { doctor } from './doctor.ts'

/** What doctor prints for a user of this machine who is not root, whose PATH has these programs alone. */
async function doctorOf(programs: readonly string[], options: Readonly<Record<string, unknown>>) {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-doctor-'))
  const [stdout, lines]: [PassThrough, string[]] = [new PassThrough(), []]
  const log: Logger = {
    info: (line) => void lines.push(line),
    warn: (line) => void lines.push(line),
    detail() {},
    task: () => ({ update() {}, done() {}, fail() {}, stop() {} }),
  }
  const parts = { stdin: new PassThrough(), stdout, stderr: new PassThrough(), env: {}, now: () => 0, argv: [] }
  const globals = {
    json: false,
    dryRun: false,
    quiet: false,
    verbose: false,
    color: false,
    cacheDir: directory,
    toolchain: 'auto',
  } as const
  const context = await createContext(globals, parts, new AbortController().signal)
  const real = nodeHost({ env: { PATH: directory, HOME: directory } })
  // Nothing of this machine is asked or changed.
  const run: Host['run'] = async () => ({ exitCode: 1, signal: undefined, stdout: '', stderr: '', seconds: 0 })
  const which: Host['which'] = async (name) => (programs.includes(name) ? `/usr/bin/${name}` : undefined)
  const host: Host = { ...real, log, uid: 1000, run, which }
  try {
    const ended: unknown = await doctor({ ...context, host }, [], givenOptions(options)).catch((error: unknown) => error)
    stdout.end()
    return { ended, lines, stdout: await text(stdout) }
  } finally {
    await rm(directory, { recursive: true })
  }
}

it('doctor proposes no sudo where it is not installed, and --fix refuses without announcing what it will not do', async () => {
  const { ended, lines, stdout } = await doctorOf(['apt-get'], { fix: true })
  expect(stdout).toMatch(/-> as root: apt-get install -y --no-install-recommends qemu-system-x86$/m)
  expect(stdout).not.toContain('sudo apt-get')
  expect(stdout).toMatch(/^Something is missing; the lines above say what\.$/m)
  expect(lines).toEqual([])
  expect(ended).toMatchObject({
    code: 'HOST_LACKS',
    message: expect.stringMatching(/uid 1000 cannot install packages, and sudo is not installed\.$/),
    hint: expect.stringMatching(/^Run `apt-get install .*` as root\.$/),
  })
})

it('doctor proposes sudo where it is installed', async () => {
  const { stdout, ended } = await doctorOf(['apt-get', 'sudo'], {})
  expect(stdout).toMatch(/-> sudo apt-get install -y --no-install-recommends qemu-system-x86$/m)
  expect(stdout).toMatch(/^Something is missing; .*doctor --fix.* installs it\.$/m)
  expect(ended).toBe(1)
})
