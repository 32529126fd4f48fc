import { UserError, message, nearestName, option } from '@kernelkit/core/errors'
import { distributions, releaseWord, renderKernelReference, type DistributionKernel, type KernelReference } from '@kernelkit/core/kernels'
import {
  busyboxPackage,
  collectKernelPackages,
  compareVersions,
  findPackage,
  findSymbols,
  kernelFiles,
  listFlavours,
  type ArchivePackage,
} from '@kernelkit/core/packages'
import type { Host, Store } from '@kernelkit/host'
import { readArchiveIndex, type ArchiveSuite } from '@kernelkit/host/archives'
import { archiveSuites, type ArchiveInput } from './archive-suites.ts'

/** Packages that make one kernel. */
export interface FoundPackages {
  readonly packages: readonly ArchivePackage[]
  /** The suite that has them. */
  readonly suite: string
}

export interface FindInput extends ArchiveInput {
  /** The debug symbols too. */
  readonly symbols?: boolean
  readonly signal?: AbortSignal | undefined
}

type ArchiveReference = Extract<KernelReference, { readonly kind: 'deb' | 'distribution' }>

/** The packages of a kernel of an archive. */
export async function findPackages(host: Host, store: Store, reference: ArchiveReference, input: FindInput): Promise<FoundPackages> {
  return reference.kind === 'distribution' ? ofSuite(host, store, reference, input) : ofPackage(host, store, reference, input)
}

async function ofSuite(host: Host, store: Store, reference: DistributionKernel, input: FindInput): Promise<FoundPackages> {
  const suites = await archiveSuites(host, reference, input)
  const index = await readSuites(host, store, suites, input.signal)
  const { debianKernel } = input.arch
  const { flavour, backports, suite } = reference
  const candidates =
    flavour === undefined
      ? [`linux-image-${debianKernel}`, 'linux-image-generic']
      : [`linux-image-${flavour}-${debianKernel}`, `linux-image-${flavour}`]
  const first = candidates.map((name) => findPackage(index, name)).find((one) => one !== undefined)
  const release = `${reference.distribution}:${releaseWord(distributions[reference.distribution], suite)}${backports ? '-backports' : ''}`
  if (first === undefined) {
    const flavours = listFlavours(index, debianKernel).flatMap((one) => (one.flavour === undefined ? [] : [one.flavour]))
    const general = findPackage(index, `linux-image-${debianKernel}`)
    const isOfSeries = flavour !== undefined && general?.version.startsWith(`${flavour}.`) === true
    const near = flavour === undefined ? undefined : nearestName(flavour, flavours)
    throw new UserError(
      'NO_SUCH_KERNEL',
      `${renderKernelReference(reference)}: ${release} has no kernel '${flavour ?? 'of the general flavour'}' for ${input.arch.name}; it has ${[release, ...flavours.map((one) => `${release}/${one}`)].join(', ')}.`,
      {
        hint: isOfSeries
          ? message`Write ${option('kernel', release)}: it is of this series.`
          : near === undefined
            ? message`Choose one of these with ${option('kernel')}.`
            : message`Did you mean ${option('kernel', `${release}/${near}`)}?`,
        details: { reference: renderKernelReference(reference), flavours },
      },
    )
  }
  return {
    packages: complete(index, first, { written: renderKernelReference(reference), symbols: input.symbols === true }),
    suite: suites[0]?.suite ?? suite,
  }
}

/** What a release has: its own suite must answer, those with updates for it may be missing. */
export async function readSuites(
  host: Host,
  store: Store,
  suites: readonly ArchiveSuite[],
  signal?: AbortSignal,
): Promise<readonly ArchivePackage[]> {
  const answers = await Promise.all(
    suites.map(async (suite) => ({ suite, answer: await readArchiveIndex(host, store, { suite, signal }) })),
  )
  return answers.flatMap(({ suite, answer }) => {
    if (answer.kind === 'found') return answer.list.filter(({ name }) => name !== busyboxPackage)
    if (suite === suites[0]) throw noList(suite, answer)
    if (answer.kind === 'unreachable') host.log.warn(`${suite.uri} could not be asked for ${suite.suite}: ${answer.reason}`)
    return []
  })
}

function noList(
  suite: ArchiveSuite,
  answer: { readonly kind: 'absent' } | { readonly kind: 'unreachable'; readonly reason: string },
): UserError {
  const details = { mirror: suite.uri, suite: suite.suite }
  if (answer.kind === 'absent') {
    return new UserError('UNKNOWN_SUITE', `${suite.uri} has no suite ${suite.suite}.`, {
      hint: message`Name a mirror that has it with ${option('mirror', 'URL')}.`,
      details,
    })
  }
  const isUntrusted = /GPG error|not signed/.test(answer.reason)
  return new UserError(
    isUntrusted ? 'MIRROR_NOT_TRUSTED' : 'MIRROR_UNREACHABLE',
    `${suite.uri} gives no list of ${suite.suite}: ${answer.reason}.`,
    {
      hint: isUntrusted
        ? message`Name a mirror of the distribution itself with ${option('mirror', 'URL')}, or install its keyring.`
        : message`Check the network, or name another mirror with ${option('mirror', 'URL')}.`,
      details,
    },
  )
}

/** The first suite that has the package; of one whose name has no version (linux-image-amd64) the newest of all suites. */
async function ofPackage(
  host: Host,
  store: Store,
  reference: Extract<KernelReference, { readonly kind: 'deb' }>,
  input: FindInput,
): Promise<FoundPackages> {
  const isOne = /\d+\.\d+/.test(reference.version ?? reference.package)
  const known = new Set<string>()
  const failures: UserError[] = []
  const found: { readonly first: ArchivePackage; readonly index: readonly ArchivePackage[]; readonly suite: string }[] = []
  for (const place of packagePlaces()) {
    const suites = await archiveSuites(host, place, input)
    const index = await readSuites(host, store, suites, input.signal).catch((error: unknown) => {
      if (!(error instanceof UserError)) throw error
      failures.push(error)
      return []
    })
    index.forEach(({ name }) => known.add(name))
    const first = findPackage(index, reference.package, reference.version)
    if (first !== undefined) found.push({ first, index, suite: suites[0]?.suite ?? place.suite })
    if (isOne && first !== undefined) break
  }
  const [newest] = found.toSorted((a, b) => compareVersions(b.first.version, a.first.version))
  // A suite that did not answer may have a newer one; a mirror need not have every suite.
  const failure = failures.find(({ code }) => code !== 'UNKNOWN_SUITE') ?? failures[0]
  const isUnsure = !isOne && failure !== undefined && failure.code !== 'UNKNOWN_SUITE'
  if (failure !== undefined && (isUnsure || known.size === 0)) throw failure
  if (newest === undefined) throw noPackage(reference, [...known], input)
  const { first, index, suite } = newest
  return { packages: complete(index, first, { written: renderKernelReference(reference), symbols: input.symbols === true }), suite }
}

/** Debian's suites and their backports, the oldest release first. */
function packagePlaces(): readonly Omit<DistributionKernel, 'flavour' | 'kind'>[] {
  const { name, releases, rolling } = distributions.debian
  return releases.flatMap(({ suite }) =>
    [false, ...(rolling.includes(suite) ? [] : [true])].map((backports) => ({ distribution: name, suite, backports })),
  )
}

function noPackage(
  reference: Extract<KernelReference, { readonly kind: 'deb' }>,
  known: readonly string[],
  { arch }: FindInput,
): UserError {
  const written = renderKernelReference(reference)
  const hasName = known.includes(reference.package)
  const near = nearestName(reference.package, known)
  return new UserError(
    'NO_SUCH_KERNEL',
    hasName
      ? `${written}: no suite has version ${reference.version} of ${reference.package} for ${arch.debianArch}.`
      : `${written}: no suite has a kernel package '${reference.package}' for ${arch.debianArch}.`,
    {
      hint: hasName
        ? `Write deb:${reference.package} for the newest one.`
        : near === undefined
          ? message`Choose a name that ${option('kernel', 'debian:12')} or one like it understands, or a package named linux-image-….`
          : message`Did you mean ${option('kernel', `deb:${near}`)}?`,
      details: { package: reference.package, version: reference.version ?? null },
    },
  )
}

/** All parts of the kernel, or which of them the mirror no longer has. */
function complete(
  index: readonly ArchivePackage[],
  first: ArchivePackage,
  { written, symbols }: { readonly written: string; readonly symbols: boolean },
): readonly ArchivePackage[] {
  const offered = collectKernelPackages(index, first)
  if (offered.kind === 'complete')
    return [...kernelFiles(offered.packages), ...(symbols ? [symbolsOf(index, offered.packages, written)] : [])]
  throw new UserError(
    'NO_SUCH_KERNEL',
    `${written}: the mirror lists ${first.name} ${first.version}, but no longer has ${offered.missing}, which it needs.`,
    {
      hint: message`Choose a newer kernel, or name a mirror that keeps old packages with ${option('mirror', 'URL')}.`,
      details: { package: first.name, version: first.version, missing: offered.missing },
    },
  )
}

/** The package with the debug symbols of a kernel. */
function symbolsOf(index: readonly ArchivePackage[], packages: readonly ArchivePackage[], written: string): ArchivePackage {
  const found = findSymbols(index, packages)
  if (found !== undefined) return found
  const names = packages.map(({ name, version }) => `${name} ${version}`).join(', ')
  throw new UserError('NO_SUCH_KERNEL', message`${option('symbols')}: the mirror has no debug symbols of ${written} (${names}).`, {
    hint: message`Leave ${option('symbols')} out, or name a mirror that has them with ${option('mirror', 'URL')}.`,
    details: { packages: packages.map(({ name }) => name) },
  })
}
