import type { Arch } from '@kernelkit/core/arch'
import { UserError, message, nearestName, option } from '@kernelkit/core/errors'
import type { Host, Store } from '@kernelkit/host'
import type { ListAnswer } from '@kernelkit/host/archives'

/** A package file of a server. */
export interface RemoteFile {
  readonly url: string
  readonly sha256: string
}

/** Packages that make one kernel. */
export interface RemotePackages {
  readonly format: 'deb' | 'rpm'
  readonly files: readonly RemoteFile[]
  /** What it is, after its name. */
  readonly why: string
}

/** Where a kernel that is not of apt's archives is looked for. */
export interface RemoteInput {
  readonly host: Host
  readonly store: Store
  /** Address of the directory that holds all of its kind. */
  readonly mirror: string
  readonly arch: Arch
  /** The reference as users write it. */
  readonly written: string
  readonly signal?: AbortSignal | undefined
}

/** The list of a server, or the error that there is none. */
export function listOr<T>(
  answer: ListAnswer<T>,
  { mirror, written, wanted, absent }: Pick<RemoteInput, 'mirror' | 'written'> & { readonly wanted: string; readonly absent: () => Error },
): T {
  if (answer.kind === 'found') return answer.list
  if (answer.kind === 'absent') throw absent()
  throw new UserError('MIRROR_UNREACHABLE', `${written}: ${mirror} does not give ${wanted}: ${answer.reason}.`, {
    hint: message`Check the network, or name another mirror with ${option('mirror', 'URL')}.`,
    details: { mirror },
  })
}

/** There is no such kernel; `names` are those that there are, as users write them. */
export function noSuchKernel(
  { mirror, written }: Pick<RemoteInput, 'mirror' | 'written'>,
  what: string,
  names: readonly string[],
): UserError {
  const near = nearestName(written, names)
  const shown = names.slice(-10).join(', ')
  return new UserError(
    'NO_SUCH_KERNEL',
    `${written}: ${mirror} has no ${what}${names.length === 0 ? '' : `; it has ${names.length > 10 ? '… ' : ''}${shown}`}.`,
    {
      hint:
        near === undefined
          ? names.length > 0
            ? message`Choose one of these with ${option('kernel')}, or name another mirror with ${option('mirror', 'URL')}.`
            : message`Check the name, or name another mirror with ${option('mirror', 'URL')}.`
          : message`Did you mean ${option('kernel', near)}?`,
      details: { reference: written, mirror },
    },
  )
}
