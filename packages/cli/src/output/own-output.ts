import type { Writable } from 'node:stream'
import { UserError } from '@kernelkit/core/errors'

/** stdout or stderr of this process; `error` is set once something could not be written. */
export interface OwnOutput {
  readonly stream: Writable & { readonly isTTY?: boolean }
  /** The file that it writes to, as far as it has a name. */
  readonly path: string
  error(): Error | undefined
}

/** What of node:fs is used, handed in by the first file of the process: this is needed before the host is loaded. */
export interface DescriptorFiles {
  fstatSync(fd: number): { isFile(): boolean; isCharacterDevice(): boolean; isBlockDevice(): boolean }
  readlinkSync(path: string): string
  writeSync(fd: number, bytes: Uint8Array, offset: number): number
}

interface OwnOutputInput {
  readonly stream: NodeJS.WriteStream
  readonly fd: 1 | 2
  readonly files: DescriptorFiles
  /** It was closed when this process began, and what is written goes nowhere. */
  readonly isClosed?: boolean
  readonly onError: (error: OutputError) => void
}

/** `code` is that of errno(3), or ours. */
type OutputError = Error & { readonly code?: string | undefined; path?: string | undefined }

/**
 * One of Node's own streams. On a file Node takes a short write for a whole one and reports an error in a later turn, which may
 * never come: there the writing is ours, and everything is written or known to be lost at once.
 */
export function ownOutput({ stream, fd, files, isClosed = false, onError }: OwnOutputInput): OwnOutput {
  const path = nameOf(files, fd)
  let failed: Error | undefined
  const fail = (error: OutputError): void => {
    if (failed !== undefined) return
    failed = error.code === 'EPIPE' ? pipeClosed(fd, error) : error
    if (failed === error) error.path ??= path
    onError(failed)
  }
  if (isClosed) {
    stream._write = (chunk: Uint8Array | string, _encoding: BufferEncoding, done: (error?: Error | null) => void) => {
      if (chunk.length === 0) return done()
      const error = new UserError('STDOUT_CLOSED', 'stdout is closed: the output of the command has nowhere to go.', {
        hint: 'Leave it open, or redirect it to a file or to /dev/null.',
      })
      fail(error)
      done(error)
    }
  } else if (isFile(files, { stream, fd })) {
    // Libraries write to Node's stream, too: its writing is replaced, not the stream.
    stream._write = (chunk: Uint8Array | string, _encoding: BufferEncoding, done: (error?: Error | null) => void) => {
      const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk
      try {
        for (let at = 0; at < bytes.length;) at += files.writeSync(fd, bytes, at)
        done()
      } catch (error) {
        if (!(error instanceof Error)) throw error
        fail(error)
        done(error)
      }
    }
  }
  stream.on('error', fail)
  return { stream, path, error: () => failed }
}

/** SIGPIPE is ignored by Node: a reader that has gone shows as an error of the next write. */
function pipeClosed(fd: 1 | 2, cause: Error): UserError {
  const name = fd === 1 ? 'stdout' : 'stderr'
  return new UserError(
    'PIPE_CLOSED',
    `the reader of ${name} has closed it: the command was ended, as its further output has nowhere to go.`,
    {
      hint: 'Let the reader read to the end (`| tail -n 1`, `| sed -n 1p`), or write the output to a file.',
      cause,
    },
  )
}

function isFile(files: DescriptorFiles, { stream, fd }: Pick<OwnOutputInput, 'stream' | 'fd'>): boolean {
  if (stream.isTTY) return false
  try {
    const stat = files.fstatSync(fd)
    return stat.isFile() || stat.isCharacterDevice() || stat.isBlockDevice()
  } catch {
    return false
  }
}

function nameOf(files: DescriptorFiles, fd: number): string {
  const name = fd === 1 ? 'stdout' : 'stderr'
  try {
    const path = files.readlinkSync(`/proc/self/fd/${fd}`)
    return path.startsWith('/') ? path : name
  } catch {
    return name
  }
}
