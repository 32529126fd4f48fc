import { parseArch, type ArchName } from '../../arch/index.ts'
import { failingKinds, type ReportKind } from '../../console/kinds.ts'
import { message, option } from '../../errors/index.ts'
import { parseKernelReference, type KernelReference } from '../../kernels/reference.ts'
import type { Forward, GdbStub } from '../../qemu/index.ts'
import { splitWords } from '../../cmdline/cmdline.ts'
import { parseGuestPath, parseGuestUser, parseVariable, type GuestVariable } from './exec.ts'
import { parseDumpOn, parseFailOn, parseInspectScripts, type DumpVerdict, type InspectScript } from '../fail-on.ts'
import {
  badOption,
  choiceOption,
  flagOption,
  integerOption,
  listOption,
  readList,
  readOption,
  refuseConflicts,
  refuseUnexpanded,
  textOption,
  type RawOptions,
} from '../given.ts'
import { parseDurationMs, parseSizeBytes } from '../quantity.ts'
import { camelCase, vmRows } from '../table/index.ts'
import { parseForward, refuseSamePort } from './vm-forward.ts'
import { parseDisk, parseGdb, parseMac, parseMemory, parseQemuArg } from './vm-hardware.ts'
import { parseResultsSpec, type ResultsSpec } from './vm-results.ts'
import { parseInit, parseMirror, parseModuleName, parseRoot, type InitSpec, type RootSpec } from './vm-root.ts'
import { readShare, type ShareSpec } from './vm-share.ts'

type Choice<Name extends 'accel' | 'machine' | 'watchdog' | 'share-as' | 'net' | 'console' | 'on-oops' | 'status'> =
  (typeof vmRows)[Name]['choices'][number]

/** What `boot` and `run` are asked for: valid and typed; paths are still as written. */
export interface VmSpec extends ResultsSpec {
  readonly kernel: KernelReference | undefined
  /** Where packages of kernels come from; default: the mirror that apt uses. */
  readonly mirror: string | undefined
  /** The debug symbols of an archive's kernel are fetched too. */
  readonly symbols: boolean
  /** Modules that are loaded before the command. */
  readonly modules: readonly string[]
  readonly moduleFiles: readonly string[]
  readonly image: string | undefined
  readonly initrd: string | undefined
  readonly root: RootSpec
  readonly init: InitSpec
  readonly arch: ArchName | undefined
  readonly memoryMiB: number | undefined
  readonly cpus: number | undefined
  readonly accel: Choice<'accel'>
  readonly machine: Choice<'machine'>
  readonly watchdog: Choice<'watchdog'>
  readonly append: readonly string[]
  readonly qemu: string | undefined
  readonly qemuArgs: readonly string[]
  readonly disks: readonly { readonly path: string; readonly readonly: boolean }[]
  readonly persist: boolean
  readonly shares: readonly ShareSpec[]
  /** Paths of this host that are not hidden from the guest. */
  readonly expose: readonly string[]
  /** Nothing of this host is hidden from QEMU. */
  readonly unconfined: boolean
  readonly shareAs: Choice<'share-as'>
  /** The command's directory in the guest, when it is not the caller's. */
  readonly cwd: string | undefined
  /** Share the caller's working directory. */
  readonly shareCwd: boolean
  readonly artifacts: string | undefined
  /** Crashed programs leave core files in the directory for artifacts. */
  readonly coreDumps: boolean
  /** Directory that takes the evidence of the run; default: one in the store. */
  readonly evidence: string | undefined
  /** Most bytes of each log. */
  readonly logLimitBytes: number
  readonly net: Choice<'net'>
  readonly mac: string
  readonly forwards: readonly Forward[]
  readonly gdb: GdbStub | undefined
  readonly waitForDebugger: boolean
  /** Who runs the command, as the guest's START message has it; absent: root. */
  readonly user: string | undefined
  readonly env: readonly GuestVariable[]
  readonly stdin: boolean
  readonly tty: boolean
  /** The command's time. */
  readonly timeoutMs: number | undefined
  /** Absent: 60 s, more under TCG. */
  readonly bootTimeoutMs: number | undefined
  readonly console: Choice<'console'>
  readonly failOn: readonly ReportKind[]
  /** Verdicts that leave the guest's memory in the evidence. */
  readonly dumpOn: readonly DumpVerdict[]
  /** Scripts that run on that memory. */
  readonly inspectScripts: readonly InspectScript[]
  /** Script of gdb that runs while the command does. */
  readonly gdbScript: string | undefined
  readonly gdbTimeoutMs: number
  /** File with regular expressions of known reports. */
  readonly allow: string | undefined
  readonly onOops: Choice<'on-oops'>
  readonly ssh: boolean
  readonly keep: boolean
  readonly name: string | undefined
  readonly status: Choice<'status'>
}

/** Raw options to a spec; every default is in the table. */
export function parseVmSpec(raw: RawOptions, options: { readonly command: 'boot' | 'run' }): VmSpec {
  refuseConflicts(raw, vmRows)
  refuseUnexpanded(raw, vmRows)
  const results = parseResultsSpec(raw)
  const isKunit = results.kunit !== undefined
  if (isKunit && (results.format === 'exit' || results.format === 'tap')) {
    throw badOption('format', results.format, {
      allowed: message`ktap with ${option('kunit')}, whose results come from the console`,
      hint: 'Leave one of them out.',
      place: raw['format']?.at(-1)?.place,
    })
  }
  if (flagOption(raw, 'coreDumps') && isKunit)
    throw badOption('core-dumps', 'true', { allowed: message`a command that may crash, which ${option('kunit')} does not run` })
  const forwards = [...readList(raw, 'forward', parseForward), ...readList(raw, 'publish', parseForward)]
  const gdbScript = textOption(raw, 'gdbScript')
  const gdb = parseGdb(raw) ?? (gdbScript === undefined ? undefined : { kind: 'socket' })
  const dumpOn = parseDumpOn(raw)
  refuseSamePort(forwards, gdb)
  return {
    kernel: readOption(raw, 'kernel', parseKernelReference),
    mirror: readOption(raw, 'mirror', parseMirror),
    symbols: flagOption(raw, 'symbols'),
    modules: readList(raw, 'module', parseModuleName),
    moduleFiles: listOption(raw, 'moduleFiles'),
    image: textOption(raw, 'image'),
    initrd: textOption(raw, 'initrd'),
    root: isKunit ? { kind: 'none' } : (readOption(raw, 'root', parseRoot) ?? parseRoot(vmRows.root.default)),
    init: readOption(raw, 'init', parseInit) ?? { kind: options.command === 'run' ? 'agent' : 'own' },
    arch: readOption(raw, 'arch', (name) => parseArch(name).name),
    memoryMiB: readOption(raw, 'memory', parseMemory),
    cpus: integerOption(raw, 'cpus', { min: 1, max: 255 }),
    accel: choiceOption(raw, vmRows, 'accel'),
    machine: choiceOption(raw, vmRows, 'machine'),
    watchdog: choiceOption(raw, vmRows, 'watchdog'),
    append: readList(raw, 'append', splitWords).flat(),
    qemu: textOption(raw, 'qemu'),
    qemuArgs: readList(raw, 'qemuArg', parseQemuArg),
    disks: readList(raw, 'disk', parseDisk),
    persist: flagOption(raw, 'persist'),
    shares: (raw['share'] ?? []).map(readShare),
    expose: listOption(raw, 'expose'),
    unconfined: flagOption(raw, 'unconfined'),
    shareAs: choiceOption(raw, vmRows, 'share-as'),
    cwd: readOption(raw, 'cwd', parseGuestPath),
    shareCwd: !flagOption(raw, 'noCwd') && !isKunit,
    artifacts: textOption(raw, 'artifacts'),
    coreDumps: flagOption(raw, 'coreDumps'),
    evidence: textOption(raw, 'evidence'),
    logLimitBytes: readOption(raw, 'logLimit', parseLogLimit) ?? parseLogLimit(vmRows['log-limit'].default),
    net: choiceOption(raw, vmRows, 'net'),
    mac: readOption(raw, 'mac', parseMac) ?? vmRows.mac.default,
    forwards,
    gdb,
    waitForDebugger: flagOption(raw, 'S'),
    user: readOption(raw, 'user', parseGuestUser),
    env: readList(raw, 'env', parseVariable),
    stdin: flagOption(raw, 'stdin'),
    tty: flagOption(raw, 'tty'),
    timeoutMs: readDurationMs(raw, 'timeout'),
    bootTimeoutMs: readDurationMs(raw, 'boot-timeout'),
    console: choiceOption(raw, vmRows, 'console'),
    // A kernel that starts again is what was asked for (kexec).
    failOn: (parseFailOn(raw) ?? failingKinds).filter((kind) => results.expect !== 'reboot' || kind !== 'unexpected-reboot'),
    dumpOn,
    inspectScripts: parseInspectScripts(raw, dumpOn),
    gdbScript,
    gdbTimeoutMs: readDurationMs(raw, 'gdb-timeout') ?? parseDurationMs(vmRows['gdb-timeout'].default, { name: 'gdb-timeout' }),
    allow: textOption(raw, 'allow'),
    // KUnit's own suite makes faults on purpose and catches them (lib/kunit/kunit-test.c, kunit_fault).
    onOops: choiceOption(raw, vmRows, 'on-oops') ?? (isKunit ? 'continue' : 'panic'),
    ssh: flagOption(raw, 'ssh'),
    keep: flagOption(raw, 'keep'),
    name: readOption(raw, 'name', parseName),
    status: choiceOption(raw, vmRows, 'status'),
    ...results,
  }
}

/** A duration in milliseconds: a text with a unit, or the milliseconds of a program. `name` is the option's. */
function readDurationMs(raw: RawOptions, name: string): number | undefined {
  const last = raw[camelCase(name)]?.at(-1)
  if (typeof last?.value !== 'number') return readOption(raw, camelCase(name), (text) => parseDurationMs(text, { name }))
  if (Number.isSafeInteger(last.value) && last.value > 0) return last.value
  throw badOption(name, last.value, { allowed: 'a positive whole number of milliseconds' })
}

function parseLogLimit(raw: string): number {
  return parseSizeBytes(raw, { name: 'log-limit' })
}

function parseName(raw: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(raw)) return raw
  throw badOption('name', raw, { allowed: 'letters, digits, dots, underscores and dashes, at most 63' })
}
