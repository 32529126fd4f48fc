import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { runSteps, showGrowth, withTask, type Host } from '@kernelkit/host'
import { checkKernelTree } from './kernel-tree.ts'
import type { SourceContext } from './path-source.ts'
import type { PreparedSource } from './prepared-source.ts'
import { storedSource, type UnpackSteps } from './stored-source.ts'

interface DebPackage {
  readonly name: string
  readonly version: string
  readonly sha256: string
  /** Absent in notes of older versions. */
  readonly bytes?: number
}

/** Debian's or Ubuntu's source package: downloaded by apt as any user, nothing installed. */
export async function prepareDebSource(context: SourceContext, packageName: string): Promise<PreparedSource> {
  const found = await findPackage(context, packageName)
  return storedSource(context, {
    label: `deb:${found.name} ${found.version}`,
    identity: `deb-${found.name}-${found.version.replaceAll(/[^\w.+-]/g, '_')}-${found.sha256.slice(0, 8)}`,
    content: `deb ${found.sha256}`,
    material: [
      ['recipe', '1'],
      ['deb', found.sha256],
    ],
    stepsIn: (directory) => unpackSteps(found, directory),
    unpack: (directory, steps) => unpackPackage(context, found, directory, steps),
  })
}

/** What apt would download; its last answer when it no longer knows the package (no lists, offline). */
async function findPackage({ host, store, signal }: SourceContext, name: string): Promise<DebPackage> {
  const memory = join(await store.workDirectory('downloads'), `deb-${name}.json`)
  // In a directory of its own: apt prints nothing for a package that is already in the working directory.
  await using empty = await host.tempDir()
  const answer = await host.run(['apt-get', 'download', '--print-uris', name], {
    cwd: empty.path,
    env: { LC_ALL: 'C' },
    reject: false,
    package: 'apt',
    signal,
  })
  const match = /^'[^']*' (\S+?)_(\S+)_\S+\.deb (\d+) SHA256:([0-9a-f]{64})/m.exec(answer.stdout)
  if (answer.exitCode === 0 && match?.[1] !== undefined && match[2] !== undefined && match[4] !== undefined) {
    const found: DebPackage = {
      name: match[1],
      version: match[2].replaceAll('%3a', ':'),
      sha256: match[4],
      bytes: Number(match[3]),
    }
    if (store.readOnly !== true) await host.fs.writeAtomic(memory, JSON.stringify(found))
    return found
  }
  const last = await host.fs.readFile(memory, 'utf8').then(
    (text) => JSON.parse(text) as DebPackage,
    () => undefined,
  )
  if (last !== undefined) {
    host.log.warn(`apt does not know ${name} any more; using the last known version ${last.version}`)
    return last
  }
  throw await noSuchPackage(host, name, answer.stderr)
}

async function noSuchPackage(host: Host, name: string, stderr: string): Promise<UserError> {
  const search = await host.run(['apt-cache', 'search', '--names-only', '^linux-source-'], { reject: false, env: { LC_ALL: 'C' } })
  const known = [...search.stdout.matchAll(/^(linux-source-[\d.]+) /gm)].map((found) => found[1])
  const complaint = stderr.trim().split('\n').at(-1) ?? ''
  return new UserError('NO_SUCH_SOURCE', `apt finds no package '${name}'${complaint === '' ? '' : `: ${complaint}`}.`, {
    hint:
      known.length === 0
        ? 'Run `apt-get update` as root first.'
        : `Choose a package that apt knows: ${known.map((found) => `deb:${found}`).join(', ')}.`,
    details: { package: name, known },
  })
}

/** `linux-source-6.12_6.12.117-1_all.deb`, as apt-get download names it. */
function fileNameOf({ name, version }: DebPackage): string {
  return `${name}_${version.replaceAll(':', '%3a')}_all.deb`
}

function unpackSteps(found: DebPackage, directory: string): UnpackSteps {
  // On the file system of the store: /tmp may be small.
  const downloads = join(directory, 'download')
  const deb = join(downloads, fileNameOf(found))
  const tree = join(directory, 'tree')
  return {
    fetch: [
      { kind: 'mkdir', why: `room for ${found.name} ${found.version}`, path: downloads },
      {
        kind: 'run',
        why: 'fetch the package; nothing is installed',
        argv: ['apt-get', 'download', `${found.name}=${found.version}`],
        cwd: downloads,
        env: { LC_ALL: 'C' },
      },
      { kind: 'verify', why: 'it is what apt promised', path: deb, sha256: found.sha256 },
      { kind: 'run', why: 'unpack the package', argv: ['dpkg-deb', '-x', deb, join(downloads, 'x')] },
    ],
    unpack: [
      { kind: 'mkdir', why: 'room for the kernel tree', path: tree },
      {
        kind: 'run',
        why: 'unpack the kernel tree in it',
        argv: ['sh', '-c', unpackScript, 'sh', join(downloads, 'x', 'usr', 'src'), tree],
      },
      {
        kind: 'write',
        why: 'what it is made of',
        path: join(directory, 'manifest.json'),
        content: `${JSON.stringify({ kind: 'source', package: { name: found.name, version: found.version, sha256: found.sha256 } }, undefined, 2)}\n`,
      },
      { kind: 'remove', why: 'the package is no longer needed', path: downloads },
    ],
  }
}

/** linux-source-6.12.tar.xz in Debian; linux-source-6.8.0/linux-source-6.8.0.tar.bz2 in Ubuntu. */
const unpackScript =
  'exec tar -xf "$(find "$1" -type f -name "linux-source-*.tar.*" | head -n 1)" --strip-components=1 --no-same-owner -C "$2"'

async function unpackPackage({ host, signal }: SourceContext, found: DebPackage, directory: string, steps: UnpackSteps): Promise<void> {
  const options = { endsWithParent: true, signal } as const
  await withTask(host, { title: `fetching ${found.name} ${found.version}`, note: () => found.version }, async (task) => {
    const path = join(directory, 'download', fileNameOf(found))
    await showGrowth(host, { path, before: 0, total: found.bytes, task }, () => runSteps(host, steps.fetch, options))
    task.update('unpacking')
    if (!(await holdsTarball(host, join(directory, 'download', 'x', 'usr', 'src'))))
      throw new UserError('NO_SUCH_SOURCE', `the package ${found.name} holds no kernel tarball below /usr/src.`, {
        hint: 'Name a package such as linux-source-6.12.',
      })
    await runSteps(host, steps.unpack, options)
    await checkKernelTree(host, join(directory, 'tree'), { label: `deb:${found.name}` })
  })
}

async function holdsTarball(host: Host, directory: string): Promise<boolean> {
  const names = await host.fs.readdir(directory, { recursive: true }).catch(() => [])
  return names.some((name) => /(?:^|\/)linux-source-[^/]*\.tar\.\w+$/.test(name))
}
