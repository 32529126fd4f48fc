import { resolve } from 'node:path'
import { consoleNames, listNames } from '@kernelkit/core/arch'
import { UserError, command, message } from '@kernelkit/core/errors'
import { createReportScanner } from '@kernelkit/core/report/log'
import { type KernelReport } from '@kernelkit/core/report'
import type { CommandContext } from '../command.ts'

/** What a log held in addition to the reports. */
export interface LogSummary {
  readonly lines: number
  readonly userspaceCrashes: number
}

export interface ReadLogOptions {
  /** `-` is stdin. */
  readonly file: string
  /** Crashes of user-space programs count as reports. */
  readonly all: boolean
  /** Gets the reports of a piece of the log together, in order. */
  readonly onReports: (reports: readonly KernelReport[]) => Promise<void>
}

// Small enough that what is decoded dies young: 256 KiB took 210 MB for a gigabyte of reports, and were not faster.
const chunkBytes = 64 * 1024
// A chunk that is nothing but reports holds a hundred of them: decoded and written in parts, they take less memory.
const pieceBytes = 16 * 1024

/** Reads a log piece by piece; throws FILE_NOT_FOUND, EMPTY_LOG and BINARY_LOG. */
export async function readLog(context: CommandContext, options: ReadLogOptions): Promise<LogSummary> {
  const { file, all, onReports } = options
  let found: KernelReport[] = []
  let userspaceCrashes = 0
  let bytes = 0
  let reports = 0
  let looksBinary = false
  const scanner = createReportScanner((report) => {
    const isCrash = report.kind === 'userspace-crash'
    if (isCrash) userspaceCrashes += 1
    if (!isCrash || all) found.push(report)
  })
  const flush = async (): Promise<void> => {
    const ready = found
    found = []
    reports += ready.length
    if (ready.length > 0) await onReports(ready)
  }
  for await (const chunk of openLog(context, file)) {
    if (bytes === 0) looksBinary = isBinary(chunk)
    bytes += chunk.length
    for (let at = 0; at < chunk.length; at += pieceBytes) {
      scanner.write(chunk.subarray(at, at + pieceBytes))
      await flush()
    }
  }
  scanner.end()
  await flush()
  if (bytes === 0) throw emptyLog(file)
  if (looksBinary && reports === 0 && userspaceCrashes === 0) throw binaryLog(file)
  return { lines: scanner.lines(), userspaceCrashes }
}

async function* openLog({ host, stdin, signal }: CommandContext, file: string): AsyncIterable<Uint8Array> {
  try {
    const path = resolve(host.cwd, file)
    const before = file === '-' ? undefined : await host.fs.stat(path)
    const input = file === '-' ? stdin : host.fs.createReadStream(path, { highWaterMark: chunkBytes })
    let read = 0
    for await (const chunk of input) {
      signal.throwIfAborted()
      read += chunk.length
      yield typeof chunk === 'string' ? new TextEncoder().encode(chunk) : chunk
    }
    // One that grows is read as far as it goes.
    if (before?.isFile() === true && read < before.size) throw logCut(file, { read, size: before.size })
  } catch (cause) {
    if (signal.aborted || cause instanceof UserError) throw cause
    throw new UserError('FILE_NOT_FOUND', `${file} cannot be read (${cause instanceof Error ? cause.message : String(cause)}).`, {
      hint: 'Name a console log; - reads stdin.',
      details: { path: file },
      cause,
    })
  }
}

function logCut(file: string, { read, size }: { readonly read: number; readonly size: number }): UserError {
  return new UserError('LOG_CUT', `${file} was cut while it was read: it had ${size} bytes, and ended after ${read}.`, {
    hint: 'Read a copy, or wait until the log is no longer written anew.',
    details: { path: file },
  })
}

// A twentieth of control characters: a serial line in trouble stays below, machine code and compressed data are above.
const binaryShare = 0.05

function isBinary(sample: Uint8Array): boolean {
  const seen = sample.subarray(0, 64 * 1024)
  const controls = seen.filter((byte) => byte < 9 || (byte > 13 && byte < 27) || (byte > 27 && byte < 32)).length
  return controls > seen.length * binaryShare
}

function emptyLog(file: string): UserError {
  return new UserError('EMPTY_LOG', `${file} is empty: there is no console output to read.`, {
    hint: message`Check that the console was captured (console=${listNames(consoleNames)} on the kernel command line); ${command('kernelkit run')} keeps it in its evidence.`,
    details: { path: file },
  })
}

function binaryLog(file: string): UserError {
  return new UserError('BINARY_LOG', `${file} is not a console log: it holds binary data.`, {
    hint: message`Name the text of a console; unpack a compressed log first: ${command('zcat FILE | kernelkit report -')}.`,
    details: { path: file },
  })
}
