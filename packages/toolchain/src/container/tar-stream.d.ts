/** The part of tar-stream that we use; the package carries no types of its own. */
declare module 'tar-stream' {
  import type { Readable, Writable } from 'node:stream'

  export interface Header {
    readonly name: string
    readonly type: string
    /** Bytes that follow the header. */
    readonly size: number
    /** Records of the extended header, POSIX.1-2001. */
    readonly pax?: Readonly<Record<string, string>> | null
  }
  export type Extract = Writable & {
    on(event: 'entry', listener: (header: Header, body: Readable, next: (error?: Error) => void) => void): Extract
  }
  export function extract(): Extract
}
