interface EntryCommon {
  /** Path inside the archive, `/` between names, without a leading slash. */
  readonly path: string
  /** Permission bits only (0o755); the type bits come from `kind`. */
  readonly mode: number
  readonly uid?: number
  readonly gid?: number
  /** Seconds since 1970; default 0, so that the same entries give the same bytes. */
  readonly mtime?: number
}

export interface CpioFile extends EntryCommon {
  readonly kind: 'file'
  readonly content: Uint8Array
}

/** A file whose bytes are streamed by the caller after the header. */
export interface CpioStreamedFile extends EntryCommon {
  readonly kind: 'file'
  readonly size: number
}

export interface CpioDirectory extends EntryCommon {
  readonly kind: 'directory'
}

export interface CpioSymlink extends EntryCommon {
  readonly kind: 'symlink'
  readonly target: string
}

export interface CpioDevice extends EntryCommon {
  readonly kind: 'character-device' | 'block-device'
  readonly major: number
  readonly minor: number
}

export interface CpioFifo extends EntryCommon {
  readonly kind: 'fifo' | 'socket'
}

/** One member of a newc archive. */
export type CpioEntry = CpioFile | CpioDirectory | CpioSymlink | CpioDevice | CpioFifo

/** A member whose content may also come from a stream. */
export type CpioHeaderEntry = CpioEntry | CpioStreamedFile
