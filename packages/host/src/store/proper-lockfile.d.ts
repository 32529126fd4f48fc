/** The part of proper-lockfile that we use; the package carries no types of its own. */
declare module 'proper-lockfile' {
  export interface LockOptions {
    /** Age in ms after which a lock without a heartbeat counts as abandoned. */
    readonly stale?: number
    /** Heartbeat period in ms. */
    readonly update?: number
    readonly realpath?: boolean
    readonly lockfilePath?: string
    readonly retries?: number
    readonly onCompromised?: (error: Error) => void
  }
  export function lock(file: string, options?: LockOptions): Promise<() => Promise<void>>
  export function check(file: string, options?: LockOptions): Promise<boolean>
}
