import type { GdbStub } from '../qemu/launch.ts'
import { parseSizeBytes } from './quantity.ts'
import { badOption, flagOption, type RawRecord } from './raw-options.ts'

/** QEMU's own example address: the same in every VM, which is alone on its network. */
const defaultMac = '52:54:00:12:34:56'

// Measured: our kernel with the agent's initramfs panics with 80M ("System is deadlocked on memory"), and serves commands with 88M.
const leastMemoryMiB = 96

/** `--memory` in MiB; a bare number counts MiB as in QEMU's `-m`. */
export function parseMemory(raw: string): number {
  const memoryMiB = Math.floor(parseSizeBytes(raw, { name: '--memory', bareUnit: 'M' }) / 2 ** 20)
  if (memoryMiB >= leastMemoryMiB) return memoryMiB
  const hint = `write for instance --memory ${leastMemoryMiB}M; with less a kernel does not get as far as its first command.`
  throw badOption('memory', raw, `at least ${leastMemoryMiB}M`, hint)
}

/** `FILE[:ro]`. */
export function parseDisk(raw: string): { readonly path: string; readonly readonly: boolean } {
  const readonly = raw.endsWith(':ro')
  const path = readonly ? raw.slice(0, -3) : raw
  if (path === '') throw badOption('disk', raw, 'FILE or FILE:ro')
  return { path, readonly }
}

/** `--mac`, in lower case. */
export function parseMac(raw: string | undefined): string {
  if (raw === undefined) return defaultMac
  // The low bit of the first byte would make it a multicast address, which no interface may have.
  if (/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(raw) && Number.parseInt(raw.slice(0, 2), 16) % 2 === 0) return raw.toLowerCase()
  throw badOption('mac', raw, 'six bytes such as 52:54:00:12:34:56, not a multicast address')
}

/** `--gdb[=PORT]`, `-s` and `-S`: without a port the stub listens on a socket of the VM's private folder. */
export function parseGdb(raw: RawRecord): GdbStub | undefined {
  const gdb = raw['gdb']
  if (flagOption(raw, 's')) {
    if (gdb !== undefined) throw badOption('gdb', gdb, 'nothing beside -s, which is --gdb=1234')
    // -s is -gdb tcp::1234 (qemu(1)), bound to this machine.
    return { kind: 'tcp', port: 1234 }
  }
  if (gdb === undefined || gdb === false) return flagOption(raw, 'S') ? { kind: 'socket' } : undefined
  if (gdb === true) return { kind: 'socket' }
  const port = Number(gdb)
  if (typeof gdb === 'string' && /^\d{1,5}$/.test(gdb) && port >= 1 && port <= 65535) return { kind: 'tcp', port }
  throw badOption('gdb', gdb, 'a port from 1 to 65535, or nothing', 'write --gdb=PORT, or -- between --gdb and the command.')
}
