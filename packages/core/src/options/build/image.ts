import { parseArch, type Arch } from '../../arch/index.ts'
import { UserError, message, option } from '../../errors/index.ts'
import { parseSizeBytes } from '../quantity.ts'
import {
  badOption,
  choiceOption,
  flagOption,
  listOption,
  readList,
  readOption,
  refuseUnexpanded,
  textOption,
  type RawOptions,
} from '../given.ts'
import { parseMirror } from '../vm/vm-root.ts'
import { imageRows } from '../table/index.ts'

export type RefreshRhythm = (typeof imageRows)['refresh']['choices'][number]

/** What image is wanted; files and directories are still paths as the user wrote them. */
export interface ImageSpec {
  readonly arch: Arch
  readonly suite: string
  /** Packages in addition to the default ones. */
  readonly include: readonly string[]
  readonly mirror: string | undefined
  readonly sizeBytes: number
  /** Files with OpenSSH public keys for root. */
  readonly sshKeys: readonly string[]
  /** How long the suite's last known Release file is taken for the current one. */
  readonly refresh: RefreshRhythm
  /** Scripts that run as root inside the root file system, in order. */
  readonly customize: readonly string[]
  /** Directories copied over the root file system, in order. */
  readonly overlays: readonly string[]
  /** Leave out the services that a short-lived guest does not need. */
  readonly trim: boolean
  readonly out: string | undefined
}

/** Below this not even the default packages and ext4's own tables fit. */
const smallestSizeBytes = 256 * 2 ** 20
/** Beyond this ext4 with 4 KiB blocks needs features that old kernels lack. */
const largestSizeBytes = 16 * 2 ** 40

/** Raw options to a spec. */
export function parseImageSpec(raw: RawOptions, options: { readonly hostArch: string }): ImageSpec {
  refuseUnexpanded(raw, imageRows)
  const arch = readOption(raw, 'arch', parseArch) ?? parseArch(options.hostArch)
  return {
    arch,
    suite: readOption(raw, 'suite', parseSuite) ?? arch.defaultSuite,
    include: [...new Set(readList(raw, 'include', parsePackageNames).flat())],
    mirror: readOption(raw, 'mirror', parseMirror),
    // The file is sparse, so that room costs nothing.
    sizeBytes: readOption(raw, 'size', parseImageSize) ?? parseImageSize(imageRows.size.default),
    sshKeys: nonEmpty(listOption(raw, 'sshKey')),
    refresh: choiceOption(raw, imageRows, 'refresh'),
    customize: nonEmpty(listOption(raw, 'customize')),
    overlays: nonEmpty(listOption(raw, 'overlay')),
    trim: !flagOption(raw, 'noTrim'),
    out: textOption(raw, 'out'),
  }
}

function parseSuite(raw: string): string {
  if (/^[a-z][a-z0-9.-]*$/.test(raw)) return raw
  throw badOption('suite', raw, {
    allowed: 'the code name of a suite: small letters, digits, - and .',
    hint: message`Write for instance ${option('suite', 'bookworm')}.`,
  })
}

/** `a,b c` to three names: lists split on commas and blanks. */
function parsePackageNames(list: string): readonly string[] {
  return list
    .split(/[\s,]+/)
    .filter((word) => word !== '')
    .map(parsePackageName)
}

/** Debian Policy 5.6.1: small letters, digits, + - . ; at least two. */
function parsePackageName(raw: string): string {
  if (/^[a-z0-9][a-z0-9+.-]+$/.test(raw)) return raw
  throw badOption('include', raw, {
    allowed: 'names of Debian packages, separated by commas',
    hint: message`Write for instance ${option('include', 'strace,iperf3')}.`,
  })
}

function parseImageSize(raw: string): number {
  const bytes = parseSizeBytes(raw, { name: 'size' })
  if (bytes < smallestSizeBytes) {
    throw new UserError(
      'IMAGE_TOO_SMALL',
      message`${option('size')} ${raw} is too small for a Debian root file system; it takes at least 256M.`,
      {
        hint: message`Leave ${option('size')} out: the default of ${imageRows.size.default} is sparse and takes only what is used.`,
        details: { seen: raw, leastBytes: smallestSizeBytes },
      },
    )
  }
  if (bytes > largestSizeBytes) throw badOption('size', raw, { allowed: 'at most 16T' })
  // Whole ext4 blocks.
  return Math.ceil(bytes / 4096) * 4096
}

function nonEmpty(values: readonly string[]): readonly string[] {
  return values.filter((value) => value !== '')
}
