/** The part of tar-stream that we use; the package carries no types of its own. */
declare module 'tar-stream' {
  import type { Readable, Writable } from 'node:stream'

  export interface Headers {
    readonly name: string
    /** `file`, `directory`, `symlink`, `link`, …; old archives have none for a file. */
    readonly type?: string | null
    readonly size?: number
  }

  export interface Extract extends Writable {
    on(event: 'entry', listener: (headers: Headers, stream: Readable, next: (error?: unknown) => void) => void): this
    on(event: string, listener: (...args: readonly unknown[]) => void): this
  }

  export function extract(): Extract
}
