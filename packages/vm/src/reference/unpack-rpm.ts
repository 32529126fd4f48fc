import { readRpm, type RpmPackage } from '@kernelkit/core/packages'
import { UserError } from '@kernelkit/core/errors'
import { refuseFullDisk, type Host } from '@kernelkit/host'

// The modules of Fedora have 100 MB; files are read as a whole to be compared with their digests.
const mostBytes = 2 ** 30

/** What an rpm package says of itself, after its header and its files were compared with the digests that it carries. */
export async function readRpmFile(host: Host, file: string): Promise<RpmPackage> {
  const { size } = await host.fs.stat(file)
  if (size > mostBytes) throw notWhole(file, `it has ${size} bytes, more than any package of a kernel`)
  const bytes = await host.fs.readFile(file)
  const rpm = readRpm(bytes)
  if ('reason' in rpm) throw notWhole(file, rpm.reason)
  const { header, payload } = rpm
  if (host.sha256(bytes.subarray(header.offset, header.offset + header.size)) !== header.sha256)
    throw notWhole(file, 'its header has another sha256 than the package says')
  if (host.sha256(bytes.subarray(payload.offset)) !== payload.sha256)
    throw notWhole(file, 'its files have another sha256 than the package says')
  return rpm
}

/** Unpacks its files below a directory; libarchive writes nothing outside of it (bsdtar(1), SECURITY). */
export async function unpackRpm(
  host: Host,
  { file, directory, signal }: { readonly file: string; readonly directory: string; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  await host.fs.mkdir(directory, { recursive: true })
  const { exitCode, stderr } = await host.run(['bsdtar', '--no-same-owner', '--no-same-permissions', '-xf', file, '-C', directory], {
    reject: false,
    signal,
    endsWithParent: true,
    package: 'libarchive-tools',
  })
  signal?.throwIfAborted()
  if (exitCode === 0) return
  refuseFullDisk(stderr)
  throw notWhole(file, stderr.trim().split('\n').at(-1) ?? `bsdtar exited with status ${exitCode}`)
}

function notWhole(file: string, reason: string): UserError {
  return new UserError('NOT_A_KERNEL', `${file} is not a whole rpm package: ${reason}.`, {
    hint: 'Fetch the file again.',
    details: { file },
  })
}
