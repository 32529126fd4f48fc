import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { printable } from '@kernelkit/core/text'
import { kernelkit } from '../lib/kernelkit.ts'
import { terminalAttacks } from './terminal-attacks.ts'

const secret = 's3cret-of-the-environment'
const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-hostile-tree-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const names = ['tree', 'ran', 'elsewhere', 'home', 'store'] as const
const [tree, ran, elsewhere, home, store] = names.map((name) => join(scratch, name)) as [string, string, string, string, string]
for (const name of names) mkdirSync(join(scratch, name))

function put(name: string, text: string): void {
  mkdirSync(dirname(join(tree, name)), { recursive: true })
  writeFileSync(join(tree, name), text)
}

/** Leaves a mark, and prints what it finds. */
const touch = (name: string): string => `touch ${ran}/${name}; env >&2; false`

/** A kernel tree as an archive can contain it, with a `.git` whose configuration names a program wherever git takes one. */
function makeTree(): void {
  const version = 'VERSION = 6\nPATCHLEVEL = 3\nSUBLEVEL = 0\nEXTRAVERSION =\n'
  put('Makefile', `${version}$(info $(shell touch ${ran}/make))\nall:\n%config:\n\t@:\n`)
  for (const name of ['Kconfig', 'Kbuild', 'init/main.c', 'scripts/kconfig/Makefile', 'arch/x86/Kconfig']) put(name, '')
  put(`tests/a${terminalAttacks[0]}`, '#!/bin/sh\n')
  const git = (...words: readonly string[]) =>
    execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@example.org', ...words], { cwd: tree })
  git('init', '-q')
  for (const [index, subject] of ['one', `two ${terminalAttacks.join('')}`].entries()) {
    put('init/main.c', `int number = ${index};\n`)
    git('add', '.')
    git('commit', '-qm', subject)
    git('tag', '-am', subject, `v6.${index + 2}`)
  }
  for (const key of [
    ...['fsmonitor', 'sshCommand', 'pager', 'editor', 'askPass', 'alternateRefsCommand', 'gitProxy'].map((name) => `core.${name}`),
    ...['clean', 'smudge', 'process'].map((name) => `filter.evil.${name}`),
    'diff.external',
    'diff.evil.textconv',
    'gpg.program',
    'credential.helper',
    'uploadpack.packObjectsHook',
    'remote.origin.uploadpack',
  ])
    git('config', key, touch(key))
  for (const name of ['clone', 'bisect', 'rev-parse', 'status', 'describe', 'show']) git('config', `alias.${name}`, `!${touch('alias')}`)
  for (const [key, value] of [
    ['core.hooksPath', join(tree, 'hooks')],
    ['log.showSignature', 'true'],
    ['core.repositoryFormatVersion', '1'],
    ['extensions.partialClone', 'origin'],
    ['remote.origin.url', `ext::sh -c touch% ${ran}/ext`],
    ['protocol.ext.allow', 'always'],
  ] as const)
    git('config', key, value)
  for (const hook of ['post-checkout', 'reference-transaction', 'post-index-change'])
    for (const directory of ['hooks', '.git/hooks']) {
      put(`${directory}/${hook}`, `#!/bin/sh\n${touch(hook)}\n`)
      execFileSync('chmod', ['+x', join(tree, directory, hook)])
    }
  put('.git/info/attributes', '* filter=evil diff=evil\n')
  // git does not know without a look at the content that nothing changed.
  utimesSync(join(tree, 'init/main.c'), 1, 1)
  put('kernelkit.yaml', 'kernel: { source: . }\ntests: [{ name: a, run: "true" }]\nmatrix: { kernels: [built] }\n')
  for (const name of ['.github', 'kernelkit-artifacts', 'out']) symlinkSync(elsewhere, join(tree, name))
}
makeTree()

const run = (words: readonly string[]) =>
  kernelkit(words, {
    cwd: tree,
    env: { HOME: home, KERNELKIT_CACHE_DIR: store, XDG_CONFIG_HOME: undefined, XDG_RUNTIME_DIR: undefined, A_TOKEN: secret },
    timeoutMs: 60_000,
  })

describe('a hostile kernel tree', () => {
  it.each([
    [['build', '--dry-run', '--toolchain', 'host'], 0],
    [['test', '--dry-run', '--toolchain', 'host'], 0],
    [['matrix', '--dry-run', '--toolchain', 'host'], 0],
    [['plan', '--for', 'github', '--shards', '2'], 0],
    [['bisect', '--dry-run', 'v6.2', 'HEAD', '--', 'true'], 0],
    // A commit that is not there, which a partial clone would fetch.
    [['bisect', '-k', 'Makefile', 'v6.2', '1'.repeat(40), '--', 'true'], 125],
    // Each commit is tried in a clone: what is named as its kernel is not one.
    [['bisect', '-k', 'Makefile', 'v6.2', 'v6.3', '--', 'true'], 125],
    [['init'], 125],
    [['since', '-k', 'out/none', '--', 'true'], 125],
    [['html', '.', '--out', 'out/page.html'], 125],
  ])('%j runs nothing of it, prints no secret and no control character, and writes nothing through its links', async (words, status) => {
    const { exitCode, stdout, stderr } = await run(words)
    const said = `${stdout}${stderr}`
    expect({ exitCode, said, ran: readdirSync(ran), written: readdirSync(elsewhere) }).toEqual({
      exitCode: status,
      said: printable(said),
      ran: [],
      written: [],
    })
    expect(said).not.toContain(secret)
  })

  it('whose kconfig writes no configuration fails to build, which is reported as its failure', async () => {
    const { exitCode, stderr } = await run(['build', '--toolchain', 'host'])
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 125,
      stderr: expect.stringMatching(/^CONFIGURE_FAILED: the kconfig of \S+ succeeded without a configuration\.$/m) as string,
    })
  })

  it('is not bisected with an option where the command is expected', async () => {
    const { exitCode, stderr } = await run(['bisect', 'v6.2', 'HEAD', '--dry-run', '--', 'true'])
    expect({ exitCode, stderr }).toMatchObject({
      exitCode: 125,
      stderr: expect.stringMatching(/^BAD_OPTION: .*'--dry-run' would be the command in the guest/) as string,
    })
  })
})
