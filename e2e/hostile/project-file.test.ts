import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startProgram, type CommandResult } from '../lib/kernelkit.ts'
import { kernelkitBin } from '../lib/paths.ts'

const isRoot = process.getuid?.() === 0
// As root the attacks are tried as root and as a user who owns nothing here (65534, Debian Policy 9.2.2).
const users = isRoot ? [0, 65534] : [process.getuid?.() ?? 0]

let scratch = ''
beforeAll(() => {
  scratch = mkdtempSync(join(tmpdir(), 'kernelkit-hostile-'))
  chmodSync(scratch, 0o755)
})
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

interface Checkout {
  readonly directory: string
  /** Exists once something of the checkout has run. */
  readonly marker: string
  readonly kernelkit: (args: readonly string[]) => Promise<CommandResult>
}

/** A checkout of a user, with a program that leaves a mark. */
function checkout(uid: number, projectFile: string, owner = uid): Checkout {
  const home = mkdtempSync(join(scratch, 'home-'))
  const directory = join(home, 'checkout')
  const marker = join(home, 'ran')
  mkdirSync(directory)
  writeFileSync(join(directory, 'evil.sh'), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 })
  writeFileSync(join(directory, 'Makefile'), `$(shell touch ${marker})\nall %:\n\t@touch ${marker}\n`)
  writeFileSync(join(directory, 'Kbuild'), '')
  writeFileSync(join(directory, 'Kconfig'), 'config X\n')
  for (const name of ['arch/x86', 'scripts/kconfig', 'init']) mkdirSync(join(directory, name), { recursive: true })
  writeFileSync(join(directory, 'init/main.c'), '')
  writeFileSync(join(directory, 'kernelkit.yaml'), projectFile)
  if (isRoot) {
    chownSync(home, uid, uid)
    for (const name of ['', ...readdirSync(directory)]) chownSync(join(directory, name), owner, owner)
  }
  const user = isRoot ? (['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'] as const) : (['env'] as const)
  const kernelkit = (args: readonly string[]) =>
    startProgram([...user, process.execPath, kernelkitBin, ...args], {
      cwd: directory,
      env: {
        HOME: home,
        XDG_CONFIG_HOME: undefined,
        XDG_CACHE_HOME: undefined,
        KERNELKIT_CACHE_DIR: undefined,
        XDG_RUNTIME_DIR: undefined,
      },
    }).result
  return { directory, marker, kernelkit }
}

const file = JSON.stringify({
  kernel: { source: '.', compiler: 'gcc-12' },
  image: { customize: ['./evil.sh'] },
  vm: {
    qemu: './evil.sh',
    'qemu-arg': ['-x'],
    junit: '../over',
    share: ['/:/host:rw'],
    env: ['HOME'],
    forward: ['0.0.0.0:1:2'],
    disk: '/etc/shadow',
    persist: true,
  },
  tests: [{ name: 'a', run: 'true', vm: { qemu: './evil.sh' } }],
})

describe.each(users)('a hostile kernelkit.yaml, as uid %d', (uid) => {
  it.each([
    [
      ['run', '--', 'true'],
      ['vm.qemu', 'vm.qemu-arg[0]', 'vm.junit', 'vm.share[0]', 'vm.env[0]', 'vm.forward[0]', 'vm.disk', 'vm.persist'],
    ],
    [['run', '--dry-run', '--', 'true'], ['vm.qemu']],
    [
      ['boot', '--dry-run'],
      ['vm.qemu', 'vm.forward[0]', 'vm.persist'],
    ],
    [['test'], ['tests[0].vm.qemu', 'vm.share[0]', 'kernel.compiler', 'image.customize[0]']],
    [['test', '--dry-run', '--json'], ['tests[0].vm.qemu']],
    [['bake'], ['image.customize[0]']],
    [['bake', '--dry-run'], ['image.customize[0]']],
    [['build', '--dry-run'], ['kernel.compiler']],
  ])('%j starts nothing, and names every key and the command that consents', { timeout: 60_000 }, async (args, keys) => {
    const { directory, marker, kernelkit } = checkout(uid, file)
    const { exitCode, stdout, stderr } = await kernelkit(args)
    const said = `${stdout}${stderr}`
    expect({ exitCode, said }).toMatchObject({ exitCode: 125, said: expect.stringContaining('PROJECT_NOT_TRUSTED') as string })
    for (const key of keys)
      expect(said).toMatch(new RegExp(`kernelkit\\.yaml:1:\\d+: \`\\S*${key.replaceAll(/[[\].]/g, String.raw`\$&`)}: `))
    expect(said).toContain(`kernelkit trust ${directory}/kernelkit.yaml`)
    expect(existsSync(marker)).toBe(false)
    expect(existsSync(join(directory, '..', 'over'))).toBe(false)
  })

  it('a dry run starts nothing of a source that the file names; the printed steps end there', { timeout: 60_000 }, async () => {
    const { marker, kernelkit } = checkout(uid, 'kernel: { source: . }')
    const { stdout, stderr } = await kernelkit(['build', '--dry-run', '--toolchain', 'host'])
    expect({ ran: existsSync(marker), said: `${stdout}${stderr}` }).toMatchObject({
      ran: false,
      said: expect.stringContaining('Not known before make runs in the source that kernelkit.yaml names') as string,
    })
  })

  it('trust shows what the values of matrix: do, too, which need consent', { timeout: 60_000 }, async () => {
    const registry = `oci:127.0.0.1:9/k@sha256:${'0'.repeat(64)}`
    const address = `rpm:https://127.0.0.1:9/k.rpm#sha256=${'0'.repeat(64)}`
    const include = `[{ kernel: /etc/hostname, root: host }, { kernel: "${registry}", root: host }, { kernel: "${address}", root: host }]`
    const matrix = `{ kernels: [built], configs: { far: [/etc/far.config] }, roots: [/etc], include: ${include} }`
    const { kernelkit } = checkout(uid, `kernel: { source: . }\nmatrix: ${matrix}\ntests: [{ name: a, run: "true" }]`)
    const shown = (await kernelkit(['trust', '--dry-run'])).stdout
    for (const value of ['/etc/hostname', registry, address, '/etc/far.config', 'matrix.roots: /etc']) expect(shown).toContain(value)
    for (const place of ['registry', 'address']) expect(shown).toContain(`is fetched from the ${place} that it names`)
    const { exitCode, stderr } = await kernelkit(['matrix', '--dry-run'])
    expect({ exitCode, stderr }).toMatchObject({ exitCode: 125, stderr: expect.stringMatching(/^PROJECT_NOT_TRUSTED/) as string })
    for (const value of ['/etc/hostname', registry, address, '/etc/far.config']) expect(stderr).toContain(value)
  })

  it('trust shows what the keys do and consents to this content alone; a dry run consents to nothing', { timeout: 60_000 }, async () => {
    const { directory, marker, kernelkit } = checkout(uid, 'vm: { qemu: ./evil.sh, kernel: ./none }')
    expect(await kernelkit(['trust', '--dry-run'])).toMatchObject({
      exitCode: 0,
      stdout: `  kernelkit.yaml:1:7: \`vm.qemu: ${directory}/evil.sh\` runs as a program of this machine\n  Consent is to the content of the files named here, not to what they read or start: look at that, too.\n`,
    })
    const code = async () => /^[A-Z_]+/.exec((await kernelkit(['run', '--', 'true'])).stderr)?.[0]
    expect(await code()).toBe('PROJECT_NOT_TRUSTED')
    expect((await kernelkit(['trust'])).exitCode).toBe(0)
    expect(await code()).not.toBe('PROJECT_NOT_TRUSTED')
    // The program is a part of what was consented to, and no question is put to it before it is needed.
    expect(existsSync(marker)).toBe(false)
    writeFileSync(join(directory, 'evil.sh'), '#!/bin/sh\nexit 1\n')
    expect(await code()).toBe('PROJECT_NOT_TRUSTED')
  })
})

describe('a kernelkit.yaml of another user', () => {
  it.for([
    ['root', 0, 65534],
    ['an ordinary user', 65534, 0],
  ] as const)('is not read by %s', { timeout: 60_000 }, async ([_name, uid, owner], { skip }) => {
    skip(!isRoot, 'only root can make files of two owners')
    const { directory, marker, kernelkit } = checkout(uid, 'vm: { memory: 1G }', owner)
    const { exitCode, stderr } = await kernelkit(['run', '--dry-run', '--', 'true'])
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining(
        `PROJECT_NOT_TRUSTED: ${directory}/kernelkit.yaml belongs to uid ${owner}, not to you: it is not read.`,
      ) as string,
    })
    expect(existsSync(marker)).toBe(false)
  })
})
