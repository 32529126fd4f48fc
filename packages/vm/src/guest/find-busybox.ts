import { join } from 'node:path'
import { archOfElf, hostArch, parseArch, type ArchName } from '@kernelkit/core/arch'
import { elfHeadBytes, readElfProgram } from '@kernelkit/core/elf'
import { UserError } from '@kernelkit/core/errors'
import { distributions, type Distribution } from '@kernelkit/core/kernels'
import { busyboxPackage, compareVersions } from '@kernelkit/core/packages'
import { distributionKernelRequirements, hostSuite, requireAll, withTask, type Host, type Store } from '@kernelkit/host'
import { fetchPackage, readArchiveIndex } from '@kernelkit/host/archives'
import { archiveSuites } from '../reference/archive-suites.ts'
import { unpackDebs } from '../reference/unpack-debs.ts'

/** A busybox that needs no library. */
export interface Busybox {
  readonly path: string
  /** Where it comes from. */
  readonly shown: string
}

interface FindBusybox {
  readonly arch: ArchName
  readonly mirror: string | undefined
  readonly signal?: AbortSignal | undefined
}

/** This machine's own, else that of a Debian or Ubuntu mirror, kept in the store. Throws when there is neither. */
export async function findBusybox(host: Host, store: Store, input: FindBusybox): Promise<Busybox> {
  return (await ownBusybox(host, input.arch)) ?? fetchBusybox(host, store, input)
}

async function ownBusybox(host: Host, arch: ArchName): Promise<Busybox | undefined> {
  for (const path of ['/bin/busybox', '/usr/bin/busybox']) {
    const program = await host.fs.open(path).then(
      async (file) => {
        await using opened = file
        const { buffer, bytesRead } = await opened.read(new Uint8Array(elfHeadBytes), 0, elfHeadBytes, 0)
        return readElfProgram(buffer.subarray(0, bytesRead))
      },
      () => undefined,
    )
    if (program?.isProgram !== true || program.interpreter !== undefined) continue
    if (archOfElf(program.header)?.name === arch) return { path, shown: `this host's ${path}` }
  }
  return undefined
}

async function fetchBusybox(host: Host, store: Store, { arch: archName, mirror, signal }: FindBusybox): Promise<Busybox> {
  if (archName !== hostArch(host.nodeArch))
    throw new UserError('HOST_LACKS', `this host has no static busybox for ${archName}, and cannot run one to list its commands.`)
  await requireAll(host, distributionKernelRequirements, { user: 'the commands of an initramfs' })
  const arch = parseArch(archName)
  const { distribution, suite } = await ownRelease(host)
  const suites = await archiveSuites(host, { distribution: distribution.name, suite, backports: false }, { arch, mirror })
  const answers = await Promise.all(suites.map((one) => readArchiveIndex(host, store, { suite: one, signal })))
  const offers = answers.flatMap((answer) => (answer.kind === 'found' ? answer.list.filter(({ name }) => name === busyboxPackage) : []))
  const [one] = offers.toSorted((a, b) => compareVersions(b.version, a.version))
  if (one === undefined) {
    const unreachable = answers.find((answer) => answer.kind === 'unreachable')
    throw new UserError('MIRROR_UNREACHABLE', unreachable?.reason ?? `no ${busyboxPackage} is in ${suite}.`, {
      hint: `Install ${busyboxPackage} on this host.`,
    })
  }
  const { entry } = await store.obtain({
    kind: 'agent',
    material: [['busybox', one.sha256]],
    signal,
    produce: (directory) =>
      withTask(host, { title: `fetch ${one.name} ${one.version}` }, async () => {
        const file = join(directory, 'package.deb')
        await fetchPackage(host, { one, to: file, signal })
        await unpackDebs(host, { files: [file], directory, signal })
        await host.fs.rename(await unpackedIn(host, join(directory, 'x')), join(directory, 'busybox'))
        await host.fs.rm(join(directory, 'x'), { recursive: true })
        await host.fs.rm(file)
      }),
  })
  return { path: join(entry.path, 'busybox'), shown: `${one.name} ${one.version} of ${suite}` }
}

/** Before and after the merge of /usr. */
async function unpackedIn(host: Host, directory: string): Promise<string> {
  const merged = join(directory, 'usr/bin/busybox')
  return (await host.fs.exists(merged)) ? merged : join(directory, 'bin/busybox')
}

/** The release of this machine; elsewhere the newest of Debian. */
async function ownRelease(host: Host): Promise<{ readonly distribution: Distribution; readonly suite: string }> {
  const own = await hostSuite(host)
  for (const distribution of Object.values(distributions))
    if (own !== undefined && distribution.releases.some(({ suite }) => suite === own)) return { distribution, suite: own }
  const { debian } = distributions
  const newest = debian.releases.findLast(({ suite }) => !debian.rolling.includes(suite))
  return { distribution: debian, suite: newest?.suite ?? 'sid' }
}
