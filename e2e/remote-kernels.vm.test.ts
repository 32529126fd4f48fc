import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmod, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { cloudKernel, makeMainlineDebs, makeRpms, type StoredKernel } from './lib/kernel-packages.ts'
import { kernelkit, lastLine, testArtifacts, type CommandResult } from './lib/kernelkit.ts'
import { ordinaryUser } from './lib/ordinary-user.ts'
import { makePerson } from './lib/person.ts'
import { onlyFull } from './lib/tiers.ts'
import { startTlsMirror, type TlsMirror } from './lib/tls-mirror.ts'

const { image } = testArtifacts()
let directory = ''
let kernel: StoredKernel
let rpms: Awaited<ReturnType<typeof makeRpms>>
let mirror: TlsMirror

const sha256Of = async (file: string): Promise<string> =>
  createHash('sha256')
    .update(await readFile(file))
    .digest('hex')

/** One server with a repository of createrepo_c, Ubuntu's directories of mainline kernels, and those of Koji. */
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
  kernel = await cloudKernel()
  rpms = await makeRpms(kernel, join(directory, 'rpms'))
  const [version = '', release = ''] = rpms.version.split('-')
  const root = join(directory, 'mirror')
  const koji = join(root, 'packages/kernel', version, release, 'x86_64')
  for (const place of [join(root, 'fedora'), koji]) {
    await mkdir(place, { recursive: true })
    for (const file of [rpms.meta, rpms.core, rpms.modules]) await cp(file, join(place, basename(file)))
  }
  execFileSync('createrepo_c', ['--quiet', join(root, 'fedora')], { stdio: 'pipe' })
  const mainline = join(root, 'mainline/v6.1.57/amd64')
  await mkdir(mainline, { recursive: true })
  const debs = await makeMainlineDebs(kernel, { version: '6.1.57', directory: join(directory, 'debs') })
  const sums = await Promise.all(debs.map(async (file) => ` ${await sha256Of(file)}  ${basename(file)}\n`))
  for (const file of debs) await cp(file, join(mainline, basename(file)))
  await writeFile(join(mainline, 'CHECKSUMS'), `Checksums-Sha256:\n${sums.join('')}`)
  mirror = await startTlsMirror(directory, root, { '/unsafe/repodata/repomd.xml': await plainServer() })
})
afterAll(async () => {
  await mirror.stop()
  plain.close()
  await rm(directory, { recursive: true, force: true })
})

const plain = createServer((_, response) => response.end('<repomd/>'))
/** An address without TLS that a server may refer to. */
async function plainServer(): Promise<string> {
  await new Promise<void>((resolve) => plain.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(plain.address() as AddressInfo).port}/repodata/repomd.xml`
}

const run = (reference: string, place: string | undefined, ...words: readonly string[]): Promise<CommandResult> =>
  kernelkit(
    [
      'run',
      '-k',
      reference,
      ...(place === undefined ? [] : ['--mirror', place.startsWith('/') ? `${mirror.url}${place}` : place]),
      ...words,
    ],
    {
      env: { NODE_EXTRA_CA_CERTS: mirror.certificate },
    },
  )

/** Boots a kernel, loads one of its modules by modprobe. */
async function boots(reference: string, place?: string): Promise<string> {
  const { stdout, stderr } = await run(
    reference,
    place,
    '--image',
    image,
    '--',
    'sh',
    '-c',
    'uname -r; modprobe dummy && ls -d /sys/class/net/dummy0',
  )
  if (!/^kernelkit: verdict=pass\b/.test(lastLine(stderr))) throw new Error(stderr)
  expect(stdout).toBe(`${kernel.release}\n/sys/class/net/dummy0\n`)
  return stderr
}

/** Stops after the kernel is there: nothing is booted. */
const prepared = (reference: string, place?: string) => run(reference, place, '--root', 'none', '--module', 'no_such_module', '--', 'true')

describe('a kernel on a server', () => {
  it('boots from a repository with repodata by the name of a package, which brings what it requires, and offline once it is in the store', async () => {
    const said = await boots('rpm:kernel', '/fedora')
    expect(said).toContain(`, kernel ${rpms.version} of ${mirror.url}/fedora)`)
    const before = mirror.asked.length
    expect((await prepared(`rpm:kernel=${rpms.version}`, '/fedora')).stderr).toContain('NO_SUCH_MODULE')
    expect(mirror.asked).toHaveLength(before)
  })

  it("boots from Ubuntu's directories of mainline kernels by its version", onlyFull('a guest more'), async () => {
    expect(await boots('mainline:v6.1.57', '/mainline')).toContain(`, Ubuntu's build of 6.1.57 (generic) from ${mirror.url}/mainline)`)
  })

  it(
    'is taken from a Koji build and by addresses with checksums: the same packages are the same kernel',
    onlyFull('the same packages from two more places'),
    async () => {
      const found = await prepared(`koji:kernel-${rpms.version}`, '/')
      expect(found.stderr).toContain('NO_SUCH_MODULE')
      const files = [rpms.core, rpms.modules]
      const words = await Promise.all(files.map(async (file) => `${mirror.url}/fedora/${basename(file)}#sha256=${await sha256Of(file)}`))
      const again = await prepared(`rpm:${words.join(',')}`)
      const place = /no such module \((.*)\)/.exec(found.stderr)?.[1]
      expect(/no such module \((.*)\)/.exec(again.stderr)?.[1]).toBe(place)
    },
  )

  it(
    'is taken from a mirror in a directory of this machine, and is the same kernel',
    onlyFull('the same packages from one more place'),
    async () => {
      const placeOf = ({ stderr }: CommandResult): string | undefined => /no such module \((.*)\)/.exec(stderr)?.[1]
      const server = placeOf(await prepared('rpm:kernel', '/fedora'))
      expect(server).toMatch(/lib\/modules/)
      expect(placeOf(await prepared('rpm:kernel', `file://${directory}/mirror/fedora`))).toBe(server)
      const none = await prepared('rpm:kernel', `file://${directory}/mirror/nowhere`)
      expect(none.stderr).toMatch(/^MIRROR_UNREACHABLE: .* has no repodata\/repomd\.xml\./m)
    },
  )

  it(
    'boots for an ordinary user, from directories and from a server',
    { ...onlyFull('each kernel is unpacked once more, into the store of another user'), timeout: 20 * 60_000 },
    async () => {
      const person = await makePerson(ordinaryUser.uid)
      const own = join(person.home, 'root.ext4')
      execFileSync('cp', ['--sparse=always', image, own])
      await person.own(own)
      for (const path of [directory, mirror.certificate]) await chmod(path, 0o755)
      const places = [
        ['rpm:kernel', `file://${directory}/mirror/fedora`],
        ['mainline:6.1.57', `file://${directory}/mirror/mainline`],
        [`koji:kernel-${rpms.version}`, `file://${directory}/mirror`],
        ['rpm:kernel', `${mirror.url}/fedora`],
      ] as const
      for (const [reference, place] of places) {
        const words = [
          '-k',
          reference,
          '--mirror',
          place,
          '--image',
          own,
          '--share-as',
          'disk',
          '--',
          'sh',
          '-c',
          'uname -r; modprobe dummy',
        ]
        const { stdout, stderr } = await person.run(['run', ...words], { env: { NODE_EXTRA_CA_CERTS: mirror.certificate } })
        expect({ reference, stdout, end: lastLine(stderr), stderr }).toMatchObject({
          stdout: `${kernel.release}\n`,
          end: expect.stringMatching(/^kernelkit: verdict=pass\b/) as string,
        })
      }
    },
  )

  it('is refused when a file has another checksum than its list says, and nothing of it is kept', async () => {
    const file = join(directory, 'mirror/fedora', basename(rpms.core))
    const wrong = `rpm:${mirror.url}/fedora/${basename(file)}#sha256=${'0'.repeat(64)}`
    expect((await prepared(wrong)).stderr).toMatch(
      /FETCH_FAILED: .* does not have the expected content: sha256 [0-9a-f]{64}, expected 0{64}\./,
    )
    const [place, sums] = [join(directory, 'mirror/mainline/v6.1.58/amd64'), join(directory, 'mirror/mainline/v6.1.57/amd64')]
    await cp(sums, place, { recursive: true })
    const text = await readFile(join(sums, 'CHECKSUMS'), 'utf8')
    await writeFile(join(place, 'CHECKSUMS'), text.replaceAll(/^ [0-9a-f]{64}/gm, ` ${'f'.repeat(64)}`))
    expect((await prepared('mainline:6.1.58', '/mainline')).stderr).toMatch(/FETCH_FAILED: .*linux-image-unsigned-.* expected f{64}\./)
  })

  it.each([
    [
      'rpm:kernel-cores',
      '/fedora',
      /^NO_SUCH_KERNEL: .* has no package 'kernel-cores' of a kernel for x86_64; .*\nHint: Did you mean --kernel rpm:kernel-core\?$/m,
    ],
    [
      'rpm:kernel=6.1.0-1',
      '/fedora',
      /^NO_SUCH_KERNEL: .* has no such version of it; it has rpm:kernel=6\.1\.0-\S+\.\nHint: Choose one of these with --kernel, or name another/m,
    ],
    [
      'rpm:kernel',
      '/nowhere',
      /^MIRROR_UNREACHABLE: .* has no repodata\/repomd\.xml\.\nHint: Name the directory that holds repodata\/ with --mirror URL/m,
    ],
    [
      'rpm:kernel',
      '/unsafe',
      /^MIRROR_UNREACHABLE: .* it refers to http:\/\/127\.0\.0\.1:\d+\/repodata\/repomd\.xml, which is not protected by TLS/m,
    ],
    [
      'rpm:kernel',
      'http://mirror.test/fedora',
      /^MIRROR_NOT_TRUSTED: .* http does not protect them\.\nHint: Name it with https, or name the files/m,
    ],
    [
      'rpm:kernel',
      'https://localhost:6553',
      /^MIRROR_UNREACHABLE: rpm:kernel: https:\/\/localhost:6553 does not give its list of packages: .*ECONNREFUSED/m,
    ],
    [
      'rpm:kernel',
      undefined,
      /^NO_MIRROR: --kernel rpm:kernel: no mirror is named.*\nHint: Name the directory with repodata\/repomd\.xml/m,
    ],
    [
      'mainline:6.1.75',
      '/mainline',
      /^NO_SUCH_KERNEL: .* has no v6\.1\.75\/amd64\/CHECKSUMS; it has .*mainline:6\.1\.57.*\nHint: Did you mean --kernel mainline:6\.1\.57\?$/m,
    ],
    [
      'mainline:6.1.57/generik',
      '/mainline',
      /^NO_SUCH_KERNEL: .* has no flavour 'generik' .*\nHint: Did you mean --kernel mainline:6\.1\.57\/generic\?$/m,
    ],
    ['koji:kernel-6.1.0-1', '/', /^NO_SUCH_KERNEL: .* has no build of this kernel for x86_64; it has koji:kernel-6\.1\.0-/m],
  ])('%s at %s is refused with what is there', { timeout: 60_000 }, async (reference, place, error) => {
    const { exitCode, stderr } = await prepared(reference, place)
    expect(stderr).toMatch(error)
    expect(exitCode).toBe(125)
  })
})
