import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { withTask, type Host, type Store } from '@kernelkit/host'
import { checkKernelTree } from './kernel-tree.ts'
import type { SourceContext } from './path-source.ts'
import type { PreparedSource } from './prepared-source.ts'
import { storedSource } from './stored-source.ts'

interface DebPackage {
  readonly name: string
  readonly version: string
  readonly sha256: string
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
    unpack: (folder) => unpackPackage(context, found, folder),
  })
}

/** What apt would download; what it said last time when it no longer knows the package (no lists, offline). */
async function findPackage({ host, store, signal }: SourceContext, name: string): Promise<DebPackage> {
  const memory = join(await store.workFolder('downloads'), `deb-${name}.json`)
  // In a folder of its own: apt prints nothing for a package that lies in the working directory.
  await using empty = await host.tempDir()
  const answer = await host.run(['apt-get', 'download', '--print-uris', name], {
    cwd: empty.path,
    env: { LC_ALL: 'C' },
    reject: false,
    package: 'apt',
    signal,
  })
  const match = /^'[^']*' (\S+?)_(\S+)_\S+\.deb \d+ SHA256:([0-9a-f]{64})/m.exec(answer.stdout)
  if (answer.exitCode === 0 && match?.[1] !== undefined && match[2] !== undefined && match[3] !== undefined) {
    const found: DebPackage = { name: match[1], version: match[2].replaceAll('%3a', ':'), sha256: match[3] }
    if (store.readOnly !== true) await host.fs.writeAtomic(memory, JSON.stringify(found))
    return found
  }
  const last = await host.fs.readFile(memory, 'utf8').then(
    (text) => JSON.parse(text) as DebPackage,
    () => undefined,
  )
  if (last !== undefined) {
    host.log.warn(`apt does not know ${name} now; using ${last.version}, which it knew last`)
    return last
  }
  throw await noSuchPackage(host, name, answer.stderr)
}

async function noSuchPackage(host: Host, name: string, stderr: string): Promise<UserError> {
  const search = await host.run(['apt-cache', 'search', '--names-only', '^linux-source-'], { reject: false, env: { LC_ALL: 'C' } })
  const known = [...search.stdout.matchAll(/^(linux-source-[\d.]+) /gm)].map((found) => found[1])
  const said = stderr.trim().split('\n').at(-1) ?? ''
  return new UserError('NO_SUCH_SOURCE', `apt finds no package '${name}'${said === '' ? '' : `: ${said}`}.`, {
    hint:
      known.length === 0
        ? 'refresh the package lists first: apt-get update (as root).'
        : `packages that it knows: ${known.map((found) => `deb:${found}`).join(', ')}.`,
    details: { package: name, known },
  })
}

async function unpackPackage({ host, store, signal }: SourceContext, found: DebPackage, folder: string): Promise<void> {
  const common = { endsWithParent: true, signal } as const
  await withTask(host, { title: `fetching ${found.name} ${found.version}`, note: () => found.version }, async (task) => {
    await using downloads = await privateFolder(host, store)
    await host.run(['apt-get', 'download', `${found.name}=${found.version}`], { cwd: downloads.path, env: { LC_ALL: 'C' }, ...common })
    const file = (await host.fs.readdir(downloads.path)).find((name) => name.endsWith('.deb'))
    if (file === undefined)
      throw new UserError('FETCH_FAILED', `apt-get download ${found.name} left no file.`, { hint: 'try the command by hand.' })
    const deb = join(downloads.path, file)
    const sha256 = await host.sha256File(deb)
    if (sha256 !== found.sha256)
      throw new UserError('FETCH_FAILED', `${file} has sha256 ${sha256}, but apt promised ${found.sha256}.`, {
        hint: 'run apt-get update and try again.',
      })
    task.update('unpacking')
    await host.run(['dpkg-deb', '-x', deb, join(downloads.path, 'x')], common)
    const sources = join(downloads.path, 'x', 'usr', 'src')
    const tarball = await findTarball(host, sources)
    if (tarball === undefined)
      throw new UserError('NO_SUCH_SOURCE', `the package ${found.name} holds no kernel tarball below /usr/src.`, {
        hint: 'name a package such as linux-source-6.12.',
      })
    await host.fs.mkdir(join(folder, 'tree'))
    await host.run(['tar', '-xf', tarball, '--strip-components=1', '--no-same-owner', '-C', join(folder, 'tree')], common)
    await checkKernelTree(host, join(folder, 'tree'), { label: `deb:${found.name}` })
    await host.fs.writeFile(join(folder, 'manifest.json'), `${JSON.stringify({ kind: 'source', package: found }, undefined, 2)}\n`)
  })
}

/** On the file system of the store: /tmp may be small. */
async function privateFolder(host: Host, store: Store): Promise<AsyncDisposable & { readonly path: string }> {
  const path = join(await store.workFolder('downloads'), `apt-${host.randomHex(6)}`)
  await host.fs.mkdir(path)
  return { path, [Symbol.asyncDispose]: () => host.fs.rm(path, { recursive: true, force: true }) }
}

/** linux-source-6.12.tar.xz in Debian; linux-source-6.8.0/linux-source-6.8.0.tar.bz2 in Ubuntu. */
async function findTarball(host: Host, folder: string): Promise<string | undefined> {
  const names = await host.fs.readdir(folder, { recursive: true }).catch(() => [])
  const found = names.find((name) => /(?:^|\/)linux-source-[^/]*\.tar\.\w+$/.test(name))
  return found === undefined ? undefined : join(folder, found)
}
