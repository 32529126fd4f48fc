import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toyTree } from '../packages/kernel/test/toy-tree.ts'
import { kernelkit, type CommandResult } from './lib/kernelkit.ts'
import { startTlsMirror, type TlsMirror } from './lib/tls-mirror.ts'

let directory = ''
let mirror: TlsMirror
const sums: string[] = []

/** A tarball of a small tree, and its line in the list of the directory. */
async function publish(version: string): Promise<void> {
  await using toy = await toyTree()
  await writeFile(join(toy.tree, 'init/version.c'), `const char *version = "${version}";\n`)
  const file = join(directory, 'mirror/v6.x', `linux-${version}.tar.xz`)
  execFileSync('tar', ['-cJf', file, '--transform', `s,^[.],linux-${version},`, '-C', toy.tree, '.'])
  const sha256 = createHash('sha256')
    .update(await readFile(file))
    .digest('hex')
  sums.push(`${sha256}  linux-${version}.tar.xz\n`)
  await writeFile(join(directory, 'mirror/v6.x/sha256sums.asc'), sums.join(''))
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
  await mkdir(join(directory, 'mirror/v6.x'), { recursive: true })
  for (const version of ['6.12', '6.12.9', '6.12.10']) await publish(version)
  mirror = await startTlsMirror(directory, join(directory, 'mirror'))
  await writeFile(join(directory, 'toy.config'), 'CONFIG_SECOND=y\n')
})
afterAll(async () => {
  await mirror.stop()
  await rm(directory, { recursive: true, force: true })
})

const build = (release: string, ...words: readonly string[]): Promise<CommandResult> =>
  kernelkit(['build', release, '--config', './toy.config', '--toolchain', 'host', '--config-check', 'warn', ...words], {
    cwd: directory,
    env: { KERNELKIT_CACHE_DIR: join(directory, 'store'), NODE_EXTRA_CA_CERTS: mirror.certificate },
  })
const here = (): readonly string[] => ['--mirror', mirror.url]

describe('kernelkit build of a release', () => {
  it('takes the newest of a series, and asks for its list once', async () => {
    const { exitCode, stderr } = await build('v6.12', ...here())
    expect(stderr).toContain(`source: v6.12: 6.12.10 from ${mirror.url}`)
    expect(exitCode).toBe(0)
    expect(mirror.asked).toEqual(['/v6.x/sha256sums.asc', '/v6.x/linux-6.12.10.tar.xz'])
    expect((await build('v6.12', ...here())).exitCode).toBe(0)
    expect(mirror.asked).toHaveLength(2)
  })

  it('takes the one that is named, also one that came out since the list was read', async () => {
    mirror.asked.length = 0
    const shown = await build('v6.12.9', ...here(), '--dry-run')
    expect(shown.stdout).toContain(`${mirror.url}/v6.x/linux-6.12.9.tar.xz`)
    expect(mirror.asked).toEqual([])
    await publish('6.12.11')
    expect((await build('v6.12.11', ...here())).stderr).toContain('source: v6.12.11: 6.12.11 from')
    expect(mirror.asked).toEqual(['/v6.x/sha256sums.asc', '/v6.x/linux-6.12.11.tar.xz'])
  })

  it('refuses a file that is not the one of the list', async () => {
    await writeFile(join(directory, 'mirror/v6.x/linux-6.12.tar.xz'), 'another file')
    const { exitCode, stderr } = await build('v6.12.0', ...here())
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/^FETCH_FAILED: .*linux-6\.12\.tar\.xz/m)
  })

  it.each([
    ['v6.12.77', () => here(), /^NO_SUCH_SOURCE: .*has no release 6\.12\.77; its newest is 6\.12\.11[^]*newest of a series is v6\.12/m],
    ['v5.4', () => here(), /^NO_SUCH_SOURCE: .*\/v5\.x has no release 5\.4/m],
    ['v6.13-rc1', () => here(), /^BAD_SOURCE: .*in git alone[^]*linux\.git#v6\.13-rc1/m],
    ['v6.12', () => ['--mirror', 'http://192.0.2.1/kernel'], /^MIRROR_NOT_TRUSTED: --mirror /m],
    ['v6.11', () => ['--mirror', 'https://localhost:9/kernel'], /^MIRROR_UNREACHABLE: v6\.11: /m],
  ])('says what is wrong with %s', async (release, words, message) => {
    const { exitCode, stderr } = await build(release, ...words())
    expect(stderr).toMatch(message)
    expect(exitCode).toBe(125)
  })
})
