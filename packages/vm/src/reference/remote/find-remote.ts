import { UserError, message, option } from '@kernelkit/core/errors'
import { renderKernelReference, type AddressedKernel, type RemoteKernel } from '@kernelkit/core/kernels'
import { isProtected } from '@kernelkit/host/archives'
import { findKojiFiles } from './koji-files.ts'
import { findMainlineFiles } from './mainline-files.ts'
import { findRpmFiles } from './rpm-files.ts'
import type { RemoteInput, RemotePackages } from './answers.ts'

/** The files of a kernel that `--mirror` has, or that addresses name. */
export async function findRemote(
  reference: RemoteKernel,
  { mirror, ...input }: Omit<RemoteInput, 'mirror' | 'written'> & { readonly mirror: string | undefined },
): Promise<RemotePackages> {
  if (reference.kind === 'addresses')
    return {
      format: reference.format,
      files: reference.files,
      why: `sha256 ${reference.files.map(({ sha256 }) => sha256.slice(0, 12)).join(', ')}`,
    }
  const written = renderKernelReference(reference)
  const place: RemoteInput = { ...input, written, mirror: protectedMirror(reference, mirror, written) }
  switch (reference.kind) {
    case 'rpm':
      return findRpmFiles(reference, place)
    case 'mainline':
      return findMainlineFiles(reference, place)
    case 'koji':
      return findKojiFiles(reference, place)
  }
}

/** What `--mirror` has to hold, by the kind of reference. */
const holds: Readonly<Record<Exclude<RemoteKernel, AddressedKernel>['kind'], string>> = {
  rpm: 'the directory with repodata/repomd.xml of a repository',
  mainline: "the directory with v6.12/ and the others of Ubuntu's mainline kernels",
  koji: 'the directory with packages/ of a Koji server',
}

function protectedMirror(reference: Exclude<RemoteKernel, AddressedKernel>, mirror: string | undefined, written: string): string {
  if (mirror === undefined) {
    throw new UserError('NO_MIRROR', message`${option('kernel', written)}: no mirror is named, and there is no default one.`, {
      hint: message`Name ${holds[reference.kind]} with ${option('mirror', 'https://…')}.`,
      details: { reference: written },
    })
  }
  if (isProtected(mirror)) return mirror
  throw new UserError(
    'MIRROR_NOT_TRUSTED',
    message`${option('mirror', mirror)}: its lists have no signature that is checked, and http does not protect them.`,
    {
      hint: message`Name it with https, or name the files with their checksums: ${option('kernel', `${reference.kind === 'mainline' ? 'deb' : 'rpm'}:URL#sha256=…`)}.`,
      details: { mirror },
    },
  )
}
