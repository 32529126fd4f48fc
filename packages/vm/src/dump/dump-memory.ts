import { dirname, join } from 'node:path'
import { attachVmcoreinfo, createPieceReader, isFlattened } from '@kernelkit/core/dump'
import { UserError, message, option } from '@kernelkit/core/errors'
import { freeBytes, type Host } from '@kernelkit/host'
import type { Vm } from '../vm.ts'
import { openKernel } from '../inspect/open-kernel.ts'
import { guestMemoryBytes, memoryRanges } from '../inspect/search-vmcoreinfo.ts'
import { findVmcoreinfo } from './find-vmcoreinfo.ts'

export type DumpFormat = 'kdump' | 'elf'

export interface DumpInput {
  readonly vm: Pick<Vm, 'qmp' | 'name'>
  /** Where QEMU may write, on a disk where there is one. */
  readonly directory: string
  /** Absolute path of the dump; what is there is replaced. */
  readonly path: string
  readonly format: DumpFormat
  readonly vmlinux: string | undefined
  readonly release: string
}

export interface MemoryDump {
  readonly path: string
  readonly format: DumpFormat
  readonly bytes: number
  readonly memoryBytes: number
  readonly seconds: number
  /** What a debugger will miss. */
  readonly notes: readonly string[]
}

// What QEMU writes before the memory itself: headers, notes, bitmaps.
const overheadBytes = 16 * 1024 * 1024

/**
 * The guest's memory as a file that crash and drgn open. The guest is stopped meanwhile. Throws DISK_FULL and DUMP_FAILED; nothing is left at
 * `path` then.
 */
export async function dumpMemory(host: Host, input: DumpInput): Promise<MemoryDump> {
  const { vm, directory: place, path, format } = input
  const startedMs = host.monotonicMs()
  const memoryBytes = await guestMemoryBytes(vm)
  // A compressed dump is smaller than the memory, by as much as the guest does not use: QEMU says when the room ends.
  if (format === 'elf') await requireRoom(host, { place, needed: memoryBytes + overheadBytes, memoryBytes })
  const working = join(place, `dump-${host.randomHex(8)}`)
  try {
    const qemuFormat = format === 'elf' ? 'elf' : await compressedFormat(vm)
    await vm.qmp('dump-guest-memory', { paging: false, protocol: `file:${working}`, format: qemuFormat }).catch(async (cause: unknown) => {
      throw await explain(host, { cause, place, memoryBytes })
    })
    // QEMU makes it read-only.
    await host.fs.chmod(working, 0o600)
    const whole = await unflatten(host, working)
    const notes = await complete(host, { ...input, working: whole })
    await moveFile(host, whole, path).catch(async (cause: unknown) => {
      if (!isFull(cause)) throw cause
      const to = dirname(path)
      throw noRoom({ place: to, free: await freeBytes(host, to).catch(() => 0), memoryBytes })
    })
    const { size } = await host.fs.stat(path)
    return { path, format, bytes: size, memoryBytes, seconds: (host.monotonicMs() - startedMs) / 1000, notes }
  } finally {
    for (const file of [working, wholeOf(working)]) await host.fs.rm(file, { force: true })
  }
}

const wholeOf = (working: string): string => `${working}.whole`

/** The same dump with every piece at its place; the path of the file that is one. */
async function unflatten(host: Pick<Host, 'fs'>, working: string): Promise<string> {
  await using from = await host.fs.open(working, 'r')
  const head = new Uint8Array(16)
  await from.read(head, 0, head.length, 0)
  if (!isFlattened(head)) return working
  await using to = await host.fs.open(wholeOf(working), 'wx', 0o600)
  const reader = createPieceReader()
  for await (const chunk of from.createReadStream({
    start: 0,
    autoClose: false,
    highWaterMark: 4 * 1024 * 1024,
  }) as AsyncIterable<Buffer>) {
    for (const { at, bytes } of reader.take(chunk)) await to.write(bytes, 0, bytes.length, at)
  }
  reader.end()
  return wholeOf(working)
}

/** zlib is in every QEMU, and in every program that reads the format; since 8.2 QEMU writes a file with every piece at its place (`raw`). */
async function compressedFormat(vm: Pick<Vm, 'qmp' | 'name'>): Promise<string> {
  const { formats = [] } = (await vm.qmp('query-dump-guest-memory-capability')) as { readonly formats?: readonly string[] }
  const known = ['kdump-raw-zlib', 'kdump-zlib'].find((name) => formats.includes(name))
  if (known !== undefined) return known
  throw new UserError('DUMP_FAILED', `this QEMU cannot write compressed dumps; it offers ${formats.join(', ')}.`, {
    hint: message`Write an ELF core with ${option('elf')}.`,
  })
}

async function requireRoom(
  host: Pick<Host, 'fs'>,
  { place, needed, memoryBytes }: { readonly place: string; readonly needed: number; readonly memoryBytes: number },
): Promise<void> {
  const free = await freeBytes(host, place)
  if (free < needed) throw noRoom({ place, free, memoryBytes })
}

function noRoom({ place, free, memoryBytes }: { readonly place: string; readonly free: number; readonly memoryBytes: number }): UserError {
  return new UserError(
    'DISK_FULL',
    `no space is left for a dump at ${place}: ${mebibytes(free)} MiB are free, and the guest has ${mebibytes(memoryBytes)} MiB of memory.`,
    {
      hint: message`Free space there, or give the guest less memory with ${option('memory')}; a compressed dump takes about as much as the guest uses.`,
      details: { path: place, freeBytes: free, memoryBytes },
    },
  )
}

function mebibytes(bytes: number): number {
  return Math.floor(bytes / 2 ** 20)
}

/** QEMU's words say nothing of the disk; what is left on it does. */
async function explain(
  host: Pick<Host, 'fs'>,
  { cause, place, memoryBytes }: { readonly cause: unknown; readonly place: string; readonly memoryBytes: number },
): Promise<UserError> {
  const words = cause instanceof Error ? cause.message : String(cause)
  const free = await freeBytes(host, place).catch(() => Infinity)
  if (/No space left/.test(words) || free < overheadBytes) return noRoom({ place, free, memoryBytes })
  return new UserError('DUMP_FAILED', `QEMU could not write the memory of the guest: ${words}.`, {
    hint: 'Try again while the VM is running; the text is that of QEMU.',
    cause,
  })
}

/** Puts VMCOREINFO into the dump, without which drgn does not open it. */
async function complete(
  host: Host,
  { vm, directory, vmlinux, release, working }: DumpInput & { readonly working: string },
): Promise<readonly string[]> {
  await using kernel = await openKernel(host, { vm, directory, vmlinux, release })
  const found = await findVmcoreinfo(kernel, { release, ranges: await memoryRanges(vm) })
  if (found === undefined)
    return [`no VMCOREINFO (${kernel.problem ?? 'the kernel has not set itself up'}): drgn does not open the dump, crash may`]
  await using file = await host.fs.open(working, 'r+')
  const { size } = await file.stat()
  const read = async (at: number, length: number): Promise<Uint8Array> => {
    const bytes = new Uint8Array(length)
    const { bytesRead } = await file.read(bytes, 0, length, at)
    return bytes.subarray(0, bytesRead)
  }
  for (const { at, bytes } of await attachVmcoreinfo({ size, read }, found)) await file.write(bytes, 0, bytes.length, at)
  return []
}

const isFull = (error: unknown): boolean => ['ENOSPC', 'EDQUOT'].includes(String((error as NodeJS.ErrnoException).code))

/** A rename where both are on one file system, else a copy. */
async function moveFile(host: Pick<Host, 'fs'>, from: string, to: string): Promise<void> {
  try {
    await host.fs.rename(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error
    try {
      await host.fs.copyFile(from, to)
    } catch (cause) {
      await host.fs.rm(to, { force: true })
      throw cause
    }
  }
}
