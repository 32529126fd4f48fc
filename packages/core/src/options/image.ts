import { parseArch, type Arch } from '../arch/index.ts'
import { UserError } from '../errors/index.ts'
import { parseSizeBytes } from './quantity.ts'
import { badOption, choiceOption, flagOption, listOption, textOption, type RawRecord } from './raw-options.ts'

const refreshRhythms = ['weekly', 'daily', 'never'] as const
export type RefreshRhythm = (typeof refreshRhythms)[number]

/** What image is wanted; files and folders are still paths as the user wrote them. */
export interface ImageSpec {
  readonly arch: Arch
  readonly suite: string
  /** Packages beside the default ones. */
  readonly include: readonly string[]
  readonly mirror: string | undefined
  readonly sizeBytes: number
  /** Files with OpenSSH public keys for root. */
  readonly sshKeys: readonly string[]
  /** How long the suite's last known Release file is taken for the current one. */
  readonly refresh: RefreshRhythm
  /** Scripts that run as root inside the root file system, in order. */
  readonly customize: readonly string[]
  /** Folders copied over the root file system, in order. */
  readonly overlays: readonly string[]
  /** Leave out the services that a short-lived guest does not need. */
  readonly trim: boolean
  readonly out: string | undefined
}

/** Apparent size: the file is sparse, so that room costs nothing. */
const defaultSizeBytes = 4 * 2 ** 30
/** Below this not even the default packages and ext4's own tables fit. */
const smallestSizeBytes = 256 * 2 ** 20
/** Beyond this ext4 with 4 KiB blocks needs features that old kernels lack. */
const largestSizeBytes = 16 * 2 ** 40

/** Flags, action inputs or the `image:` part of kernelkit.yaml to a spec. */
export function parseImageSpec(raw: RawRecord, options: { readonly hostArch: string }): ImageSpec {
  const arch = parseArch(textOption(raw, 'arch') ?? options.hostArch)
  return {
    arch,
    suite: parseSuite(textOption(raw, 'suite') ?? arch.defaultSuite),
    include: splitWords(listOption(raw, 'include')).map(parsePackageName),
    mirror: parseMirror(textOption(raw, 'mirror')),
    sizeBytes: parseImageSize(textOption(raw, 'size')),
    sshKeys: nonEmpty(listOption(raw, 'sshKey')),
    refresh: choiceOption(raw, 'refresh', refreshRhythms) ?? 'weekly',
    customize: nonEmpty(listOption(raw, 'customize')),
    overlays: nonEmpty(listOption(raw, 'overlay')),
    // Commander's form of --no-trim: present and false.
    trim: raw['trim'] === undefined || flagOption(raw, 'trim'),
    out: textOption(raw, 'out'),
  }
}

function parseSuite(raw: string): string {
  if (/^[a-z][a-z0-9.-]*$/.test(raw)) return raw
  throw badOption('suite', raw, 'the codename of a suite: small letters, digits, - and .', 'write for instance --suite bookworm.')
}

/** Debian Policy 5.6.1: small letters, digits, + - . ; at least two. */
function parsePackageName(raw: string): string {
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(raw)) return raw
  throw badOption('include', raw, 'names of Debian packages, separated by commas', 'write for instance --include strace,iperf3.')
}

function parseMirror(raw: string | undefined): string | undefined {
  if (raw === undefined) return undefined
  const url = URL.canParse(raw) ? new URL(raw) : undefined
  if (url !== undefined && ['http:', 'https:', 'file:'].includes(url.protocol)) return raw.replace(/\/+$/, '')
  throw badOption('mirror', raw, 'a URL with http, https or file', 'give the address of the folder that holds dists/ and pool/.')
}

function parseImageSize(raw: string | undefined): number {
  if (raw === undefined) return defaultSizeBytes
  const bytes = parseSizeBytes(raw, { name: '--size' })
  if (bytes < smallestSizeBytes) {
    throw new UserError('IMAGE_TOO_SMALL', `--size ${raw} is too small for a Debian root file system; at least 256M are needed.`, {
      hint: 'leave --size out: the default of 4G is sparse and takes only what is used.',
      details: { seen: raw, leastBytes: smallestSizeBytes },
    })
  }
  if (bytes > largestSizeBytes) throw badOption('size', raw, 'at most 16T')
  // Whole ext4 blocks.
  return Math.ceil(bytes / 4096) * 4096
}

/** `a,b c` to three words: lists split on commas and blanks. */
function splitWords(lists: readonly string[]): readonly string[] {
  return [...new Set(lists.flatMap((list) => list.split(/[\s,]+/)).filter((word) => word !== ''))]
}

function nonEmpty(values: readonly string[]): readonly string[] {
  return values.filter((value) => value !== '')
}
