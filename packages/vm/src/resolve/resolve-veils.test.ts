import { execFile } from 'node:child_process'
import { chmod, chown, lstat, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { virtiofsdArgv, launchArgv, unveiledMark } from '@kernelkit/core/qemu'
import type { Confinement, HostPath, Veil, Veils } from '@kernelkit/core/confine'
import { nodeHost } from '@kernelkit/host'
import { describe, expect, it } from 'vitest'
import { launchOf } from '../../../core/test/launch.ts'
import { findVeils, layersIn, makeLayers, type VeilInput } from './resolve-veils.ts'

const run = promisify(execFile)
const isRoot = process.getuid?.() === 0
const other = 61234
const host = nodeHost()

const who: readonly (readonly [name: string, way: Confinement['way'], uid: number])[] = [
  ...(isRoot ? ([['root', 'root', 0]] as const) : []),
  ['an ordinary user', 'user', isRoot ? other : (process.getuid?.() ?? 0)],
]

const files = {
  '.netrc': 'old',
  '.config/gh/hosts.yml': 'old',
  '.config/app': 'plain',
  'src/file': 'plain',
  'dotfiles/npmrc': 'old',
}

/** What another program does to a home while a VM runs. */
const replace = `
set -e
cd "$1"; shift
fresh() { mkdir -p "$(dirname "$1")"; echo new > "$1.new"; mv "$1.new" "$1"; }
fresh .netrc; fresh dotfiles/npmrc
rm -r .config/gh; fresh .config/gh/hosts.yml
fresh .git-credentials; fresh .docker/config.json; fresh .config/git/credentials
`

/** Starts what is confined, replaces the credentials once it is, and prints what it sees then. */
const script = `
exec 3>&1
go=$1 home=$2; shift 2
mkfifo "$go.in" "$go.out"
"$@" < "$go.in" > "$go.out" & exec 4> "$go.in"
read -r line < "$go.out"
sh -c "$REPLACE" sh "$home" >&2
exec 4>&-
wait
`
const look = `echo ready; cat; cd "$1" && find . -type f | sort > "$2"; cat $(find . -type f | sort) >> "$2"`

describe.each(who)('names that a guest of %s does not see', (_name, way, uid) => {
  it('are hidden whatever gets them while the VM runs, and all else is there', async () => {
    await using place = await makeHome(uid)
    const { home, veils, hidden } = place
    const confinement: Confinement = { way, hidden, needed: [], exposed: [], veils }
    const launch = launchOf({ confinement, runtimeDirectory: join(place.path, 'run') })
    const argv = launchArgv(launch, 'fd')
    // In QEMU's place, with the root that it would share.
    const start = [
      ...argv.slice(0, argv.indexOf('qemu-system-x86_64')),
      'sh',
      '-c',
      look,
      'sh',
      `/proc/root${home}`,
      join(place.path, 'seen'),
    ]
    expect(await place.see(start)).toBe('./.config/app\n./src/file\nplainplain')
  })

  it('are hidden by mounts as well, where overlayfs cannot be mounted, and that is reported', async () => {
    await using place = await makeHome(uid)
    const confinement: Confinement = {
      way,
      hidden: place.hidden,
      needed: [],
      exposed: [],
      veils: place.veils && { ...place.veils, layers: '/gone' },
    }
    const argv = launchArgv(launchOf({ confinement, runtimeDirectory: join(place.path, 'run') }), 'fd')
    const start = [
      ...argv.slice(0, argv.indexOf('qemu-system-x86_64')),
      'sh',
      '-c',
      `cat "$1/.netrc" "$1/.config/app"`,
      'sh',
      `/proc/root${place.home}`,
    ]
    const { stdout, stderr } = await run('env', [...place.words, ...start])
    expect({ stdout, stderr }).toEqual({ stdout: 'plain', stderr: expect.stringContaining(`${unveiledMark}${place.home}\n`) as string })
  })
})

describe('a share over virtiofs that is only read', () => {
  it('shows none of the names either', async (context) => {
    context.skip(!isRoot, 'a daemon of an ordinary user needs subordinate ids')
    await using place = await makeHome(0)
    const { home, veils, hidden } = place
    const share = { host: home, tag: 'share', readonly: true, transport: 'virtiofs' } as const
    const virtiofsd = { program: join(place.path, 'daemon'), kind: 'rust', unprivileged: false } as const
    await writeFile(virtiofsd.program, `#!/bin/sh\nset -- /run/share ${join(place.path, 'seen')}\n${look}\n`, { mode: 0o755 })
    const launch = launchOf({
      id: 'a1',
      shares: [share],
      virtiofsd,
      confinement: { way: 'root', hidden, needed: [], exposed: [], veils },
      runtimeDirectory: join(place.path, 'run'),
    })
    await mkdir(join(place.path, 'run/fs0'), { recursive: true })
    expect(await place.see(virtiofsdArgv(launch, { share, index: 0 }))).toBe('./.config/app\n./src/file\nplainplain')
  })
})

describe('findVeils', () => {
  it('leaves out what is shown, and homes in which a mount is', async () => {
    await using place = await makeHome(0)
    const { home } = place
    const veil = async (change: Partial<VeilInput>): Promise<readonly string[] | undefined> => (await place.find(change))?.homes[0]?.names
    expect(await veil({})).toEqual(
      expect.arrayContaining(['.netrc', '.docker', '.config/gh', '.cargo', 'dotfiles/npmrc'].map((name) => join(home, name))),
    )
    expect(await veil({ exposed: [join(home, '.docker')] })).not.toContain(join(home, '.docker'))
    expect(await veil({ exposed: [join(home, '.ssh/config')] })).not.toContain(join(home, '.ssh'))
    expect(await veil({ asked: [join(home, '.netrc')] })).not.toContain(join(home, '.netrc'))
    expect(await veil({ exposed: [home] })).toBeUndefined()
    const mounts = [{ path: join(home, 'src'), fsType: 'ext4' }]
    expect(await veil({ mounts })).toBeUndefined()
    const hidden: readonly HostPath[] = [{ path: join(home, 'src'), kind: 'directory' }]
    expect(await veil({ mounts, hidden })).toContain(join(home, 'src'))
    expect(await veil({ hidden: [{ path: dirname(home), kind: 'directory' }] })).toBeUndefined()
  })

  it('makes a layer with the modes of the home, and no name in it but those', async () => {
    await using place = await makeHome(0)
    await chmod(join(place.home, '.config'), 0o710)
    const layer = join((await place.find({}))?.layers ?? '', '0')
    expect((await lstat(join(layer, '.config'))).mode & 0o777).toBe(0o710)
    expect((await lstat(join(layer, '.netrc'))).isCharacterDevice()).toBe(true)
    expect(await readdir(layer)).not.toContain('src')
  })
})

async function makeHome(uid: number): Promise<
  AsyncDisposable & {
    readonly path: string
    readonly home: string
    readonly hidden: readonly HostPath[]
    readonly veils: Veils | undefined
    /** What starts a program as that user. */
    readonly words: readonly string[]
    find(change: Partial<VeilInput>): Promise<Veils | undefined>
    see(argv: readonly string[]): Promise<string>
  }
> {
  const path = await mkdtemp('/var/tmp/kernelkit-veils-')
  // What the option of overlayfs and a table of mounts would take for their own.
  const home = join(path, "it's a, home:\\x")
  await chmod(path, 0o755)
  await mkdir(join(path, 'run'))
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(home, name)), { recursive: true })
    await writeFile(join(home, name), content)
  }
  await symlink('dotfiles/npmrc', join(home, '.npmrc'))
  for (const name of ['', ...(await readdir(path, { recursive: true }))])
    if (isRoot && !name.endsWith('.npmrc')) await chown(join(path, name), uid, uid)
  const hidden: readonly HostPath[] = [
    { path: '/proc', kind: 'directory' },
    ...['.netrc', 'dotfiles/npmrc'].map((name) => ({ path: join(home, name), kind: 'file' }) as const),
    { path: join(home, '.config/gh'), kind: 'directory' },
  ]
  let layers = 0
  // Where the store is, as a rule: in the home itself.
  const veilLayers = async (homes: readonly Veil[]): Promise<string> => {
    const directory = join(home, `.cache/kernelkit/agent/${layers++}`)
    await mkdir(directory, { recursive: true })
    await makeLayers(host, homes, directory)
    if (isRoot) await run('chown', ['-R', '-h', `${uid}:${uid}`, join(home, '.cache')])
    return layersIn(directory)
  }
  const find = (change: Partial<VeilInput>) =>
    findVeils(host, { veilLayers }, { homes: [home], hidden: hidden.slice(1), exposed: [], asked: [], mounts: [], ...change })
  const words = isRoot && uid !== 0 ? ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'] : []
  return {
    path,
    home,
    hidden,
    veils: await find({}),
    words,
    find,
    see: async (argv) => {
      const env = { ...process.env, REPLACE: replace }
      await run('sh', ['-c', script, 'sh', join(path, 'go'), home, ...words, ...argv], { env, timeout: 60_000 })
      return (await run('cat', [join(path, 'seen')])).stdout
    },
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }),
  }
}
