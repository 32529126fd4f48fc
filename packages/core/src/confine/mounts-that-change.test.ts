import { execFile } from 'node:child_process'
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { launchOf } from '../../test/launch.ts'
import { virtiofsdArgv } from '../qemu/virtiofsd.ts'
import { confinedArgv } from './confined-argv.ts'
import type { Confinement, HostPath } from './hidden-paths.ts'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0
const other = 61234
const who: readonly (readonly [name: string, way: Confinement['way'], words: readonly string[]])[] = [
  ...(isRoot ? ([['root', 'root', []]] as const) : []),
  ['an ordinary user', 'user', isRoot ? ['setpriv', `--reuid=${other}`, `--regid=${other}`, '--clear-groups'] : []],
]

/** More than fits into one word of a command line; letters of up to four bytes. */
const many = Array.from({ length: 1500 }, (_, index): HostPath => ({
  path: `/gone/mount of a container ${'…🐧'.repeat(10)} ${index}`,
  kind: 'directory',
}))

/** The mounts of a host: its own namespace, gone with the program. */
const host = `
cd "$1"; shift
mount -t tmpfs -o nosuid,nodev,mode=777 runtime run
for place in later seen free/one closed/one 'with 1 blank'; do
  mkdir -p "$place" && mount -t tmpfs one "$place" && echo secret > "$place/file"
done
: > file && mount --bind later/file file
chmod 711 closed/one; chmod \${CLOSED} closed
exec "$@"
`

describe.each(who)('what %s hides where mounts change', (_name, way, words) => {
  it('hides mounts that were made after the decision, and does without what is gone or closed to the user', async () => {
    await using place = await makePlace()
    const at = (name: string): string => join(place.path, name)
    const confinement: Confinement = {
      way,
      hidden: [
        { path: '/proc', kind: 'directory' },
        { path: at('run'), kind: 'directory' },
        { path: at('gone'), kind: 'directory' },
        { path: at('gone-file'), kind: 'file' },
        { path: at('seen'), kind: 'directory' },
        { path: at('closed/one'), kind: 'directory' },
        ...many,
      ],
      needed: [{ path: at('gone/needed'), kind: 'file' }],
      exposed: [],
      later: { seen: [...(await mountsOfTest()), at('seen')], free: ['/proc', at('run'), at('free')] },
    }
    const list = (root: string): readonly string[] => ['sh', '-c', 'cd "$1" && find . -type f -size +0 2> /dev/null | sort', 'sh', root]
    const see = async (argv: readonly string[]): Promise<string> => {
      const confined = confinedArgv(confinement, { argv, stage: at('run/stage'), setpriv: ['--no-new-privs'] })
      const namespace = ['--mount', ...(isRoot ? [] : ['--map-root-user'])]
      const all = [...namespace, 'sh', '-c', host, 'host', place.path, ...words, ...confined]
      const env = { ...process.env, CLOSED: way === 'user' && isRoot ? '700' : '755' }
      return (await run('unshare', all, { env })).stdout
    }
    expect(await see(list(place.path))).toBe('./free/one/file\n')
    expect(await see(list(`/proc/root${place.path}`))).toBe('./free/one/file\n')
  })
})

describe('what virtiofsd serves where mounts change', () => {
  it('has no mount that was made after the decision, and writes to none below a share that is read-only', async (context) => {
    context.skip(!isRoot, 'a daemon of an ordinary user needs subordinate ids')
    await using place = await makePlace()
    const at = (name: string): string => join(place.path, name)
    const daemon = { program: at('daemon'), kind: 'rust', unprivileged: false } as const
    const serve = async (source: string, look: string, confinement?: Confinement): Promise<string> => {
      await writeFile(daemon.program, `#!/bin/sh\ncd /run/share || exit 1\n${look}\n`, { mode: 0o755 })
      const share = { host: source, tag: 'share', readonly: true, transport: 'virtiofs' } as const
      const launch = launchOf({ id: 'a1', shares: [share], virtiofsd: daemon, confinement, runtimeDirectory: at('run') })
      const start = ['mkdir -p run/fs0; exec "$@"', 'sh', ...virtiofsdArgv(launch, { share, index: 0 })]
      return (
        await run('unshare', ['--mount', 'sh', '-c', host, 'host', place.path, 'sh', '-c', ...start], {
          env: { ...process.env, CLOSED: '755' },
        })
      ).stdout
    }
    const confinement: Confinement = {
      way: 'root',
      hidden: [...[at('run'), at('gone'), at('seen')].map((path) => ({ path, kind: 'directory' }) as const), ...many],
      needed: [],
      exposed: [],
      later: { seen: [...(await mountsOfTest()), at('seen')], free: [at('run'), at('free')] },
    }
    const inRoot = `cd ".${place.path}" && find . -name daemon -prune -o -type f -size +0 -print | sort`
    expect(await serve('/', inRoot, confinement)).toBe('./free/one/file\n')
    const write = `for one in file */file */*/file; do (echo lost > "$one") 2> /dev/null; done; cat file */file */*/file`
    expect(await serve(place.path, write)).toBe('secret\n'.repeat(6))
  })
})

/** mount(8), before which another process replaces a directory that is a mount point, in the namespace of the host: what is mounted there is gone. */
const replacing = `#!/bin/sh
case "$*" in
  *remount*/later) nsenter --mount --target="$HOLDER" sh -c 'umount "$0" && rmdir "$0" && mkdir "$0"' "$PLACE/later" && kill "$HOLDER" ;;
esac
exec /bin/mount "$@"
`

describe('what virtiofsd serves where mount points are replaced', () => {
  it('is there, and is read-only', async (context) => {
    context.skip(!isRoot, 'a daemon of an ordinary user needs subordinate ids')
    await using place = await makePlace()
    const at = (name: string): string => join(place.path, name)
    await mkdir(at('bin'))
    await writeFile(at('bin/mount'), replacing, { mode: 0o755 })
    const look = 'cd /run/share && { echo lost > later/file; } 2> /dev/null || ls later seen'
    await writeFile(at('daemon'), `#!/bin/sh\n${look}\n`, { mode: 0o755 })
    const share = { host: place.path, tag: 'share', readonly: true, transport: 'virtiofs' } as const
    const virtiofsd = { program: at('daemon'), kind: 'rust', unprivileged: false } as const
    const launch = launchOf({ id: 'a1', shares: [share], virtiofsd, runtimeDirectory: at('run') })
    const start = `mkdir -p run/fs0; umount -l file; sleep 60 > /dev/null 2>&1 & export HOLDER=$! PLACE="$PWD" PATH="$PWD/bin:$PATH"; exec "$@"`
    const words = ['sh', '-c', start, 'sh', ...virtiofsdArgv(launch, { share, index: 0 })]
    const env = { ...process.env, CLOSED: '755' }
    const { stdout } = await run('unshare', ['--mount', 'sh', '-c', host, 'host', place.path, ...words], { env })
    expect(stdout).toBe('later:\n\nseen:\nfile\n')
  })
})

async function mountsOfTest(): Promise<readonly string[]> {
  const { stdout } = await run('cut', ['-d', ' ', '-f', '5', '/proc/self/mountinfo'])
  return stdout.trimEnd().split('\n')
}

async function makePlace(): Promise<AsyncDisposable & { readonly path: string }> {
  const path = await mkdtemp('/var/tmp/kernelkit-mounts-')
  await chmod(path, 0o755)
  for (const name of ['run', 'later', 'seen', 'free/one', 'closed/one']) await mkdir(join(path, name), { recursive: true })
  await writeFile(join(path, 'file'), '')
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
