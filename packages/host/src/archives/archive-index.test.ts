import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Host, TempDir } from '../host.ts'
import { nodeHost } from '../node-host.ts'
import { openStore } from '../store/open-store.ts'
import { fetchPackage, readArchiveIndex, type ArchiveSuite } from './archive-index.ts'

/** A host whose warnings and whose runs of apt-get are noted. */
function notingHost(): { readonly host: Host; readonly warnings: string[]; readonly updates: string[] } {
  const warnings: string[] = []
  const updates: string[] = []
  const plain = nodeHost()
  const host: Host = {
    ...plain,
    log: { ...plain.log, warn: (text) => void warnings.push(text) },
    run: (argv, options) => {
      if (argv[0] === 'apt-get') updates.push(argv.join(' '))
      return plain.run(argv, options)
    },
  }
  return { host, warnings, updates }
}

let place: TempDir
let suite: ArchiveSuite
let other: string

/** A mirror of one suite with one kernel, signed with a key of its own. */
beforeAll(async () => {
  place = await nodeHost().tempDir('kernelkit-mirror-')
  const lists = join(place.path, 'mirror/dists/test/main/binary-amd64')
  await mkdir(lists, { recursive: true })
  const content = 'the package'
  await writeFile(join(place.path, 'mirror/kernel.deb'), content)
  const index = `Package: linux-image-6.1.0-1-amd64
Version: 6.1.1-1
Architecture: amd64
Filename: kernel.deb
Size: ${content.length}
SHA256: ${sha256(content)}
`
  await writeFile(join(lists, 'Packages'), index)
  const release = `Origin: Test
Suite: test
Codename: test
Date: ${new Date().toUTCString()}
Architectures: amd64
Components: main
SHA256:
 ${sha256(index)} ${index.length} main/binary-amd64/Packages
`
  await writeFile(join(place.path, 'mirror/dists/test/Release'), release)
  const gpg = (...args: readonly string[]): Buffer =>
    execFileSync('gpg', ['--homedir', join(place.path, 'gpg'), '--batch', '--quiet', '--passphrase', '', ...args], { stdio: 'pipe' })
  await mkdir(join(place.path, 'gpg'), { mode: 0o700 })
  for (const name of ['mirror', 'other']) {
    gpg('--quick-gen-key', `${name}@kernelkit.test`, 'ed25519', 'sign', 'never')
    await writeFile(join(place.path, `${name}.gpg`), gpg('--export', `${name}@kernelkit.test`))
  }
  gpg(
    '--local-user',
    'mirror@kernelkit.test',
    '--clearsign',
    '--output',
    join(place.path, 'mirror/dists/test/InRelease'),
    join(place.path, 'mirror/dists/test/Release'),
  )
  suite = { uri: `file://${place.path}/mirror`, suite: 'test', keyring: join(place.path, 'mirror.gpg'), debianArch: 'amd64' }
  other = join(place.path, 'other.gpg')
})
afterAll(async () => {
  execFileSync('gpgconf', ['--homedir', join(place.path, 'gpg'), '--kill', 'all'])
  await place[Symbol.asyncDispose]()
})

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}

describe('the list of a mirror', () => {
  it('is read when its signature is by the keyring, once for two who ask at the same time, and a package must have the checksum in it', async () => {
    await using directory = await nodeHost().tempDir()
    const { host, updates } = notingHost()
    const store = await openStore(host, directory.path)
    const [answer, again] = await Promise.all([readArchiveIndex(host, store, { suite }), readArchiveIndex(host, store, { suite })])
    expect(again).toEqual(answer)
    expect(updates).toHaveLength(1)
    const [one] = answer.kind === 'found' ? answer.list : []
    if (one === undefined) throw new Error(JSON.stringify(answer))
    expect(one).toMatchObject({ name: 'linux-image-6.1.0-1-amd64', version: '6.1.1-1' })
    const to = join(directory.path, 'kernel.deb')
    await fetchPackage(host, { one, to })
    expect(await host.sha256File(to)).toBe(one.sha256)
    await expect(fetchPackage(host, { one: { ...one, sha256: sha256('other') }, to })).rejects.toMatchObject({ code: 'FETCH_FAILED' })
    expect(await host.fs.exists(to)).toBe(false)
  })

  it("is fetched without the hooks and the further lists of this machine's apt", async () => {
    await using directory = await nodeHost().tempDir()
    const { host } = notingHost()
    const ran = join(directory.path, 'ran')
    const settings = join(directory.path, 'machine.conf')
    const hooks = ['Pre-Invoke', 'Post-Invoke', 'Post-Invoke-Success'].map((when) => `APT::Update::${when} { "touch ${ran}"; };`)
    // As appstream and apt-file add theirs; this mirror does not have it, and not optional means that its absence is an error.
    const target = 'Acquire::IndexTargets::deb::More { MetaKey "main/more"; ShortDescription "More"; Description "More"; Optional "no"; };'
    await writeFile(settings, [...hooks, target].join('\n'))
    const configured: Host = {
      ...host,
      run: (argv, options) => host.run(argv, { ...options, env: { ...options?.env, APT_CONFIG: settings } }),
    }
    const store = await openStore(configured, join(directory.path, 'store'))
    expect(await readArchiveIndex(configured, store, { suite })).toMatchObject({ kind: 'found', list: [{ version: '6.1.1-1' }] })
    expect(await host.fs.exists(ran)).toBe(false)
  })

  it('that cannot be written means a full disk, and says nothing of the mirror', async () => {
    await using directory = await nodeHost().tempDir()
    const { host, warnings } = notingHost()
    const stderr =
      'E: Failed to fetch http://x/dists/test/main/binary-amd64/Packages  Error writing to file - write (28: No space left on device) [IP: ::1 80]\n'
    const full: Host = { ...host, run: async (argv, options) => ({ ...(await host.run(['true'], options)), exitCode: 100, stderr, argv }) }
    const store = await openStore(host, directory.path)
    await expect(readArchiveIndex(full, store, { suite })).rejects.toMatchObject({ code: 'DISK_FULL' })
    // The last one serves as long as there is one.
    const known = await readArchiveIndex(host, store, { suite })
    const later: Host = { ...full, now: () => host.now() + 25 * 3_600_000 }
    expect(await readArchiveIndex(later, store, { suite })).toEqual(known)
    expect(warnings).toEqual([expect.stringContaining('no space is left at')])
  })

  it('is refused when another key signed it', async () => {
    await using directory = await nodeHost().tempDir()
    const { host } = notingHost()
    const store = await openStore(host, directory.path)
    expect(await readArchiveIndex(host, store, { suite: { ...suite, keyring: other } })).toEqual({
      kind: 'unreachable',
      reason: expect.stringMatching(/GPG error|not signed|OpenPGP/),
    })
  })

  it('is the last known one when the mirror is gone, which is said; without one there is none', async () => {
    await using directory = await nodeHost().tempDir()
    const { host, warnings } = notingHost()
    const store = await openStore(host, directory.path)
    const gone: ArchiveSuite = { ...suite, uri: `file://${place.path}/copy` }
    execFileSync('cp', ['-r', join(place.path, 'mirror'), join(place.path, 'copy')])
    const known = await readArchiveIndex(host, store, { suite: gone })
    await rm(join(place.path, 'copy'), { recursive: true })
    const later: Host = { ...host, now: () => host.now() + 25 * 3_600_000 }
    expect(await readArchiveIndex(later, store, { suite: gone })).toEqual(known)
    expect(warnings).toEqual([expect.stringContaining('using the last known one')])
    await using empty = await nodeHost().tempDir()
    expect(await readArchiveIndex(host, await openStore(host, empty.path), { suite: gone })).toMatchObject({ kind: 'unreachable' })
  })
})
