import { relative, resolve } from 'node:path'
import { UserError, message, option, printable, type Message } from '@kernelkit/core/errors'
import { realPlace } from '@kernelkit/host/files'
import type { Host, Store } from '@kernelkit/host'
import type { WantedVm } from '../resolve/resolve-vm.ts'

/** A directory of this machine, and what the user calls it. */
interface Named {
  readonly what: Message
  readonly path: string
}

/** What several VMs may write to, and what is written here meanwhile. */
export interface WrittenFiles {
  readonly wanted: readonly Pick<WantedVm, 'spec' | 'artifacts' | 'evidence'>[]
  readonly store: Pick<Store, 'root'>
  /** Directory of sockets and state. */
  readonly runtime: string
  /** Results of all of them. */
  readonly junit?: string | undefined
}

/** Throws GUEST_CAN_WRITE when a file of ours would be below a directory that a guest may write to: the guest could lead it elsewhere. */
export async function refuseFilesInGuest(host: Pick<Host, 'fs' | 'cwd'>, files: WrittenFiles): Promise<void> {
  const writable = files.wanted.flatMap(writableOf)
  if (writable.length === 0) return
  const own = [...files.wanted.flatMap(ownOf), ...junitOf(files.junit), ...placesOf(files)]
  const place = async ({ what, path }: Named): Promise<Named> => ({ what, path: await realPlace(host, resolve(host.cwd, path)) })
  const [inGuest, ours] = await Promise.all([Promise.all(writable.map(place)), Promise.all(own.map(place))])
  for (const { what, path } of ours) {
    const outer = inGuest.find((directory) => !relative(directory.path, path).split('/').includes('..'))
    if (outer === undefined) continue
    throw new UserError(
      'GUEST_CAN_WRITE',
      message`${what} would be in a directory that the guest may write to (${outer.what}): it could lead what is written there elsewhere.`,
      { hint: 'Name directories of which neither is inside the other.', details: { path, directory: outer.path } },
    )
  }
}

function writableOf({ spec, artifacts }: Pick<WantedVm, 'spec' | 'artifacts'>): readonly Named[] {
  const named = artifacts?.path ?? spec.artifacts
  return [
    ...(named === undefined ? [] : [{ what: message`${option('artifacts', printable(named))}`, path: named }]),
    ...spec.shares.flatMap(({ source, mode }) =>
      mode === 'rw' ? [{ what: message`${option('share', `${printable(source)}:rw`)}`, path: source }] : [],
    ),
  ]
}

function ownOf({ spec, evidence }: Pick<WantedVm, 'spec' | 'evidence'>): readonly Named[] {
  const named = evidence ?? spec.evidence
  return [...(named === undefined ? [] : [{ what: message`${option('evidence', printable(named))}`, path: named }]), ...junitOf(spec.junit)]
}

function junitOf(named: string | undefined): readonly Named[] {
  return named === undefined ? [] : [{ what: message`${option('junit', printable(named))}`, path: named }]
}

function placesOf({ store, runtime }: WrittenFiles): readonly Named[] {
  return [
    { what: message`the store ${printable(store.root)} (${option('cache-dir')})`, path: store.root },
    { what: `the directory of running VMs ${printable(runtime)} (XDG_RUNTIME_DIR)`, path: runtime },
  ]
}
