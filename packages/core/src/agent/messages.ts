import { FrameError, frameTypes } from './frame.ts'

/** Directory of a guest, in memory, with what the host gives this one VM: keys, the configuration of sshd. The agent's C sources name it too. */
export const guestDirectory = '/run/kernelkit'

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** A command as the guest starts it. */
export interface StartMessage {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Empty: the home directory. */
  readonly cwd: string
  /** Name or number in the guest's /etc/passwd; empty: root. */
  readonly user: string
  readonly stdin: boolean
  readonly tty: { readonly columns: number; readonly rows: number } | undefined
  /** The guest says in its kernel's log when the command has ended. */
  readonly announced?: boolean
  /** The guest sends what its kernel logs meanwhile: the console may show less. */
  readonly logged?: boolean
  /** Names and inodes that the guest has cached are dropped first: it sees the host's files as they are now. */
  readonly fresh?: boolean
  /** Of {@link fresh}: files that stay cached as long as this list is the same. */
  readonly held?: readonly HeldFile[] | undefined
}

/** A file of the guest whose contents stay in its memory, and what distinguishes it from one that takes its place; no blanks. */
export interface HeldFile {
  readonly path: string
  readonly identity: string
}

export interface SetupMessage {
  readonly hostname: string
  readonly files: readonly { readonly path: string; readonly mode: number; readonly content: string }[]
  readonly ssh: boolean
}

/** A directory of the host that could not take everything that was written to it: its mount tag, and the errno. */
export interface LostWrites {
  readonly tag: string
  readonly errno: number
}

/** What the root of a guest lacks of what was asked for, whatever kernel runs on it: words of FAILED. */
export const rootLacks = ['ssh-server', 'init', 'directory', 'mount-point'] as const
export type RootLack = (typeof rootLacks)[number]

/** Why a command was not started; a number of EXIT is the place in this list, 0 for one that was (`enum not_started` of the agent's command.h). */
export const notStarted = ['started', 'not-in-path', 'no-such-file', 'no-interpreter', 'not-executable', 'no-directory', 'no-user'] as const
export type NotStarted = Exclude<(typeof notStarted)[number], 'started'>

export interface ExitMessage {
  readonly exitCode: number
  readonly signal: number
  readonly stdoutBytes: number
  readonly stderrBytes: number
  readonly tainted: number
  /** The guest's artifacts directory is not empty. */
  readonly artifacts: boolean
  /** A process that the command has started holds its output, and may still write: that is lost. */
  readonly outputOpen?: boolean | undefined
  readonly notStarted?: NotStarted | undefined
  readonly lost?: LostWrites | undefined
}

export function encodeStart(message: StartMessage): Uint8Array {
  const env = Object.entries(message.env).map(([name, value]) => `${name}=${value}`)
  const held = (message.held ?? []).map(({ path, identity }) => `${identity} ${path}`)
  const asked = [message.tty !== undefined, message.stdin, message.announced, message.fresh, message.logged]
  const flags = asked.reduce((sum, isAsked, bit) => sum + (isAsked === true ? 2 ** bit : 0), 0)
  const numbers = [flags, message.tty?.columns ?? 0, message.tty?.rows ?? 0, message.argv.length, env.length]
  return concat([...numbers.map(u32), ...[message.cwd, message.user, ...message.argv, ...env, ...held].map(text)])
}

export function encodeSetup(message: SetupMessage): Uint8Array {
  const files = message.files.flatMap((file) => {
    const content = encoder.encode(file.content)
    return [u32(file.mode), u32(content.length), text(file.path), content]
  })
  return concat([u32(message.ssh ? 1 : 0), u32(message.files.length), text(message.hostname), ...files])
}

/** The host's time, asked for by the guest: milliseconds since 1970, with a fraction. */
export function encodeClock(epochMs: number): Uint8Array {
  const seconds = Math.floor(epochMs / 1000)
  return concat([u64(seconds), u32(Math.floor((epochMs - seconds * 1000) * 1e6))])
}

export const encodeKill = (signal: number): Uint8Array => u32(signal)
export const encodeResize = (columns: number, rows: number): Uint8Array => concat([u32(columns), u32(rows)])
export const encodeText = (message: string): Uint8Array => encoder.encode(message)
export const decodeText = (data: Uint8Array): string => decoder.decode(data)

/** Which stream a CREDIT is for. */
export type StreamName = 'stdin' | 'stdout' | 'stderr'
const streams: readonly StreamName[] = ['stdin', 'stdout', 'stderr']

export const encodeCredit = (stream: StreamName, bytes: number): Uint8Array => concat([u32(streams.indexOf(stream)), u32(bytes)])

export function decodeCredit(data: Uint8Array): { readonly stream: StreamName; readonly bytes: number } {
  const stream = streams[readU32(data, 0)]
  if (stream === undefined) throw new FrameError(`credit for a stream ${readU32(data, 0)}, which there is not`)
  return { stream, bytes: readU32(data, 4) }
}

export function decodeHello(data: Uint8Array): { readonly version: number; readonly release: string } {
  return { version: readU32(data, 0), release: decodeText(data.subarray(4)) }
}

/** Why a guest could not be prepared. */
export interface FailedMessage {
  readonly message: string
  /** What the kernel has no driver for: types of file systems, and other words of the agent (`kernel-lacks.h`). */
  readonly lacking: readonly string[] | undefined
  readonly rootLacks: RootLack | undefined
}

export function decodeFailed(data: Uint8Array): FailedMessage {
  const [text = '', lacking = '', ofRoot] = decodeText(data).split('\0')
  return { message: text, lacking: readLacking(lacking), rootLacks: rootLacks.find((one) => one === ofRoot) }
}

/** Words of the guest with commas between them; what is not a short word is left out. */
export function readLacking(text: string): readonly string[] | undefined {
  const words = text.split(',', 16).filter((word) => /^[a-z0-9-]{1,32}$/.test(word))
  return words.length === 0 ? undefined : words
}

export function encodeExit(message: ExitMessage): Uint8Array {
  const { exitCode, signal, stdoutBytes, stderrBytes, tainted, artifacts, lost } = message
  const flags = (artifacts ? 1 : 0) | (message.outputOpen === true ? 2 : 0) | (notStarted.indexOf(message.notStarted ?? 'started') << 8)
  const numbers = [u32(exitCode), u32(signal), u64(stdoutBytes), u64(stderrBytes), u64(tainted), u32(flags)]
  return concat([...numbers, ...(lost === undefined ? [] : [u32(lost.errno), encoder.encode(lost.tag)])])
}

export function decodeExit(data: Uint8Array): ExitMessage {
  const [exitCode, signal] = [readU32(data, 0), readU32(data, 4)]
  if (exitCode > 255 || signal > 127) throw new FrameError(`an exit status ${exitCode} and a signal ${signal}, which no process has`)
  // The agent of a VM that an earlier release left running does not send them.
  const flags = data.length >= 36 ? readU32(data, 32) : 0
  const reason = notStarted[(flags >> 8) & 0xff]
  return {
    exitCode,
    signal,
    stdoutBytes: readU64(data, 8),
    stderrBytes: readU64(data, 16),
    tainted: readU64(data, 24),
    artifacts: (flags & 1) !== 0,
    ...((flags & 2) === 0 ? {} : { outputOpen: true }),
    ...(reason === undefined || reason === 'started' ? {} : { notStarted: reason }),
    ...(data.length > 40 ? { lost: decodeLostWrites(data.subarray(36)) } : {}),
  }
}

export function decodeLostWrites(data: Uint8Array): LostWrites {
  return { errno: readU32(data, 0), tag: decodeText(data.subarray(4)) }
}

/** Name of a frame type, for messages about unexpected frames. */
export function frameTypeName(type: number): string {
  return Object.entries(frameTypes).find(([, value]) => value === type)?.[0] ?? `type ${type}`
}

function u32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value, true)
  return bytes
}

function u64(value: number): Uint8Array {
  const bytes = new Uint8Array(8)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(Math.trunc(value)), true)
  return bytes
}

function text(value: string): Uint8Array {
  // The guest's kernel ends every word, path and variable at the first NUL.
  if (value.includes('\0')) throw new RangeError(`'${value.replaceAll('\0', '\\0')}' has a NUL byte`)
  // Half a pair of UTF-16 has no bytes: the encoder would put another character in its place.
  if (/\p{Surrogate}/u.test(value)) throw new RangeError(`'${value}' has half of a surrogate pair`)
  return encoder.encode(`${value}\0`)
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

function readU32(data: Uint8Array, at: number): number {
  return viewOf(data, at + 4).getUint32(at, true)
}

function readU64(data: Uint8Array, at: number): number {
  return Number(viewOf(data, at + 8).getBigUint64(at, true))
}

function viewOf(data: Uint8Array, needed: number): DataView {
  if (data.length < needed) throw new FrameError(`a message of ${data.length} bytes, where at least ${needed} are needed`)
  return new DataView(data.buffer, data.byteOffset, data.length)
}
