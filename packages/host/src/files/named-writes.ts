import { createWriteStream, close, open, write, writev, type PathLike } from 'node:fs'

type StreamOptions = Exclude<Parameters<typeof createWriteStream>[1], string | undefined>

/** Node's errors of open(2) name the file, those of write(2) do not: with this one they do. */
function nameFile<T>(error: T, path: PathLike): T {
  if (error instanceof Error) (error as NodeJS.ErrnoException).path ??= String(path)
  return error
}

/** The answer of `work`; its errors name the file. */
export async function namingFile<T>(path: unknown, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw typeof path === 'string' ? nameFile(error, path) : error
  }
}

/** A stream into a file whose errors name the file. */
export function createNamedWriteStream(
  path: PathLike,
  options?: Parameters<typeof createWriteStream>[1],
): ReturnType<typeof createWriteStream> {
  const given: StreamOptions = typeof options === 'string' ? { encoding: options } : (options ?? {})
  // What was to be written comes last: after a part of it the stream writes the rest.
  type Answer<T> = (error: NodeJS.ErrnoException | null, bytes: number, written: T) => void
  const named =
    <T>(answer: Answer<T>): Answer<T> =>
    (error, bytes, written) =>
      answer(nameFile(error, path), bytes, written)
  const fs = {
    open,
    close,
    write: (fd: number, buffer: Buffer, offset: number, length: number, position: number | null, answer: Answer<Buffer>) =>
      write(fd, buffer, offset, length, position, named(answer)),
    writev: (fd: number, buffers: Buffer[], position: number | null, answer: Answer<readonly NodeJS.ArrayBufferView[]>) =>
      writev(fd, buffers, position, named(answer)),
  }
  return createWriteStream(path, { ...given, fs })
}
