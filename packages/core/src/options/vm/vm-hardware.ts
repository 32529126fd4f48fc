import { joinedOption, message, option } from '../../errors/index.ts'
import type { GdbStub } from '../../qemu/index.ts'
import { atPlace, badOption, flagOption, type RawOptions } from '../given.ts'
import { parseSizeBytes } from '../quantity.ts'

// Measured: our kernel with the agent's initramfs panics with 80M ("System is deadlocked on memory"), and serves commands with 88M.
const leastMemoryMiB = 96

/** `--memory` in MiB; a bare number counts MiB as in QEMU's `-m`. */
export function parseMemory(raw: string): number {
  const memoryMiB = Math.floor(parseSizeBytes(raw, { name: 'memory', bareUnit: 'M' }) / 2 ** 20)
  if (memoryMiB >= leastMemoryMiB) return memoryMiB
  throw badOption('memory', raw, {
    allowed: `at least ${leastMemoryMiB}M`,
    hint: message`Write for instance ${option('memory', `${leastMemoryMiB}M`)}; with less a kernel does not get as far as its first command.`,
  })
}

/** `FILE[:ro]`. */
export function parseDisk(raw: string): { readonly path: string; readonly readonly: boolean } {
  const readonly = raw.endsWith(':ro')
  const path = readonly ? raw.slice(0, -3) : raw
  if (path === '') throw badOption('disk', raw, { allowed: 'FILE or FILE:ro' })
  return { path, readonly }
}

/** A word of `--qemu-arg`. */
export function parseQemuArg(raw: string): string {
  // qemu(1): QEMU would keep running without a process that owns it.
  if (/^--?daemonize$/.test(raw)) throw badOption('qemu-arg', raw, { allowed: 'words with which QEMU stays in the foreground' })
  return raw
}

/** `--mac`, in lower case. */
export function parseMac(raw: string): string {
  // The low bit of the first byte would make it a multicast address, which no interface may have.
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(raw) && Number.parseInt(raw.slice(0, 2), 16) % 2 === 0) return raw.toLowerCase()
  throw badOption('mac', raw, { allowed: 'six bytes such as 52:54:00:12:34:56, not a multicast address' })
}

/** `--gdb[=PORT]`, `-s` and `-S`: without a port the stub listens on a socket of the VM's private directory. */
export function parseGdb(raw: RawOptions): GdbStub | undefined {
  // -s is -gdb tcp::1234 (qemu(1)), bound to this machine.
  if (flagOption(raw, 's')) return { kind: 'tcp', port: 1234 }
  const last = raw['gdb']?.at(-1)
  if (last === undefined || last.value === false) return flagOption(raw, 'S') ? { kind: 'socket' } : undefined
  if (last.value === true) return { kind: 'socket' }
  return atPlace(last.place, () => ({ kind: 'tcp', port: parsePort(last.value) }))
}

function parsePort(value: unknown): number {
  const port = Number(value)
  if (/^\d{1,5}$/.test(String(value)) && port >= 1 && port <= 65535) return port
  throw badOption('gdb', value, {
    allowed: 'a port from 1 to 65535, or nothing',
    hint: message`Write ${joinedOption('gdb', 'PORT')}, or -- between ${option('gdb')} and the command.`,
  })
}
