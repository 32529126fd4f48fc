import { parseArch, type ArchName } from '../arch/index.ts'
import { failingKinds, reportKinds, type ReportKind } from '../console/kinds.ts'
import { UserError, nearestName } from '../errors/index.ts'
import type { Forward, GdbStub } from '../qemu/launch.ts'
import { splitWords } from '../cmdline/cmdline.ts'
import { parseDurationMs } from './quantity.ts'
import { badOption, choiceOption, flagOption, integerOption, listOption, textOption, type RawRecord } from './raw-options.ts'
import { parseForward } from './vm-forward.ts'
import { parseDisk, parseGdb, parseMac, parseMemory } from './vm-hardware.ts'
import { refuseReserved } from './vm-reserved.ts'
import { parseResultsSpec, type ResultsSpec } from './vm-results.ts'
import { parseCwd, parseInit, parseRoot, type InitSpec, type RootSpec } from './vm-root.ts'
import { parseShare, type ShareSpec } from './vm-share.ts'

/** What `boot` and `run` are asked for: valid and typed; paths are still as written. */
export interface VmSpec extends ResultsSpec {
  readonly kernel: string | undefined
  /** kernelkit.yaml says how the project's kernel is built: what was built last for it comes before what lies in the tree. */
  readonly projectKernel: boolean
  readonly image: string | undefined
  readonly initrd: string | undefined
  readonly root: RootSpec
  readonly init: InitSpec
  readonly arch: ArchName | undefined
  readonly memoryMiB: number | undefined
  readonly cpus: number | undefined
  readonly accel: 'auto' | 'kvm' | 'tcg'
  readonly machine: 'auto' | 'pc' | 'q35' | 'microvm'
  readonly append: readonly string[]
  readonly qemu: string | undefined
  readonly qemuArgs: readonly string[]
  readonly disks: readonly { readonly path: string; readonly readonly: boolean }[]
  readonly persist: boolean
  readonly shares: readonly ShareSpec[]
  /** The command's folder in the guest, when it is not the caller's. */
  readonly cwd: string | undefined
  /** Share the caller's working directory. */
  readonly shareCwd: boolean
  readonly artifacts: string | undefined
  /** Nobody named the folder: a guest whose kernel cannot share it goes without. */
  readonly artifactsOptional: boolean
  /** Folder that takes the evidence of the run; default: one in the store. */
  readonly evidence: string | undefined
  readonly net: 'user' | 'none'
  readonly mac: string
  readonly forwards: readonly Forward[]
  readonly gdb: GdbStub | undefined
  readonly waitForDebugger: boolean
  /** `value` is absent for a variable that is taken from the caller's environment. */
  readonly env: readonly { readonly name: string; readonly value: string | undefined }[]
  readonly stdin: boolean
  readonly tty: boolean
  /** The command's time. */
  readonly timeoutMs: number | undefined
  /** Absent: 60 s, more under TCG. */
  readonly bootTimeoutMs: number | undefined
  readonly console: 'auto' | 'always' | 'never'
  readonly failOn: readonly ReportKind[]
  /** File with regular expressions of known reports. */
  readonly allow: string | undefined
  readonly onOops: 'panic' | 'continue'
  readonly ssh: boolean
  readonly keep: boolean
  readonly name: string | undefined
  readonly status: 'full' | 'simple'
}

/** Raw flags, inputs or a file's `vm:` block to a spec; every default lives here. */
export function parseVmSpec(raw: RawRecord, options: { readonly command: 'boot' | 'run' }): VmSpec {
  refuseReserved(raw)
  const memory = textOption(raw, 'memory')
  const timeout = textOption(raw, 'timeout')
  const bootTimeout = textOption(raw, 'bootTimeout')
  const arch = textOption(raw, 'arch')
  const shareCwd = raw['cwd'] !== false && !flagOption(raw, 'noCwd')
  const cwd = raw['cwd'] === false ? undefined : parseCwd(textOption(raw, 'cwd'))
  const net = choiceOption(raw, 'net', ['user', 'none']) ?? 'user'
  const forwards = [...listOption(raw, 'forward'), ...listOption(raw, 'publish')].map(parseForward)
  const ssh = flagOption(raw, 'ssh')
  const results = parseResultsSpec(raw)
  const isKunit = results.kunit !== undefined
  if (net === 'none' && (ssh || forwards.length > 0)) {
    throw badOption('net', 'none', `user beside ${ssh ? '--ssh' : '--forward'}, which needs a network`, 'leave one of them out.')
  }
  return {
    kernel: textOption(raw, 'kernel'),
    projectKernel: flagOption(raw, 'projectKernel'),
    image: textOption(raw, 'image'),
    initrd: textOption(raw, 'initrd'),
    root: isKunit ? { kind: 'none' } : parseRoot(raw),
    init: parseInit(raw, options.command),
    arch: arch === undefined ? undefined : parseArch(arch).name,
    memoryMiB: memory === undefined ? undefined : parseMemory(memory),
    cpus: integerOption(raw, 'cpus', { min: 1, max: 255 }),
    accel: choiceOption(raw, 'accel', ['auto', 'kvm', 'tcg']) ?? 'auto',
    machine: choiceOption(raw, 'machine', ['auto', 'pc', 'q35', 'microvm']) ?? 'auto',
    append: listOption(raw, 'append').flatMap(splitWords),
    qemu: textOption(raw, 'qemu'),
    qemuArgs: listOption(raw, 'qemuArg'),
    disks: listOption(raw, 'disk').map(parseDisk),
    persist: flagOption(raw, 'persist'),
    shares: listOption(raw, 'share').map(parseShare),
    cwd,
    shareCwd: shareCwd && !isKunit,
    artifacts: textOption(raw, 'artifacts'),
    artifactsOptional: false,
    evidence: textOption(raw, 'evidence'),
    net,
    mac: parseMac(textOption(raw, 'mac')),
    forwards,
    gdb: parseGdb(raw),
    waitForDebugger: flagOption(raw, 'S'),
    env: listOption(raw, 'env').map(parseEnv),
    stdin: flagOption(raw, 'stdin'),
    tty: flagOption(raw, 'tty'),
    timeoutMs: timeout === undefined ? undefined : parseDurationMs(timeout, { name: '--timeout' }),
    bootTimeoutMs: bootTimeout === undefined ? undefined : parseDurationMs(bootTimeout, { name: '--boot-timeout' }),
    console: choiceOption(raw, 'console', ['auto', 'always', 'never']) ?? 'auto',
    failOn: parseFailOn(listOption(raw, 'failOn')),
    allow: textOption(raw, 'allow'),
    // KUnit's own suite makes faults on purpose and catches them (lib/kunit/kunit-test.c, kunit_fault).
    onOops: choiceOption(raw, 'onOops', ['panic', 'continue']) ?? (isKunit ? 'continue' : 'panic'),
    ssh,
    keep: flagOption(raw, 'keep'),
    name: parseName(textOption(raw, 'name')),
    status: choiceOption(raw, 'status', ['full', 'simple']) ?? 'full',
    ...results,
  }
}

function parseEnv(raw: string): { readonly name: string; readonly value: string | undefined } {
  const [name = '', ...rest] = raw.split('=')
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) throw badOption('env', raw, 'NAME or NAME=value')
  return { name, value: raw.includes('=') ? rest.join('=') : undefined }
}

function parseFailOn(raw: readonly string[]): readonly ReportKind[] {
  const names = raw
    .flatMap((item) => item.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')
  if (names.length === 0) return failingKinds
  return names.map((name) => {
    const kind = reportKinds.find((known) => known === name)
    if (kind !== undefined) return kind
    const near = nearestName(name, reportKinds)
    throw new UserError('BAD_OPTION', `--fail-on '${name}' is not a kind of report; allowed: ${reportKinds.join(', ')}.`, {
      ...(near === undefined ? {} : { hint: `did you mean ${near}?` }),
      details: { option: '--fail-on', seen: name, allowed: reportKinds },
    })
  })
}

function parseName(raw: string | undefined): string | undefined {
  if (raw === undefined || /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/.test(raw)) return raw
  throw badOption('name', raw, 'letters, digits, dots, underscores and dashes, at most 63')
}
