import {
  machines,
  listNames,
  type AccelName,
  type Arch,
  type FirmwareName,
  type KernelWord,
  type MachineCandidate,
  type MachineName,
} from '@kernelkit/core/arch'
import { UserError, message, option, type Message } from '@kernelkit/core/errors'
import { canUse, type KernelOptions } from './kernel-options.ts'

export interface MachineInput {
  readonly arch: Pick<Arch, 'name' | 'machines' | 'lastMachine'>
  readonly asked: 'auto' | MachineName
  readonly options: KernelOptions
  readonly virtioDevices: number
  /** Words of --qemu-arg, which may add PCI devices. */
  readonly qemuArgs: readonly string[]
  readonly watchdog: boolean
  readonly accel: AccelName
  readonly cpus: number
  /** Firmware that this QEMU has. */
  readonly firmware: readonly FirmwareName[]
  readonly tscKhz: number | undefined
}

export interface MachineChoice {
  readonly machine: MachineName
  readonly why: Message
  readonly firmware?: FirmwareName
  /** Kernel parameters that it needs. */
  readonly words?: readonly KernelWord[]
}

/** The fastest machine that this kernel has drivers for. */
export function chooseMachine(input: MachineInput): MachineChoice {
  const { arch, asked } = input
  if (asked !== 'auto') return askedMachine(input, asked)
  let passed: Message | undefined
  for (const candidate of arch.machines) {
    if (!isMeant(candidate, input)) continue
    const obstacle = obstacleOf(candidate.machine, input) ?? lackOf(candidate.wants ?? [], input.options)
    if (obstacle === undefined) {
      const { machine, firmware, words } = candidate
      return {
        machine,
        why: candidate.why ?? passed ?? 'the fastest that fits',
        ...(firmware === undefined ? {} : { firmware }),
        ...(words === undefined ? {} : { words }),
      }
    }
    passed ??= message`no ${candidate.machine}: ${obstacle}`
  }
  return arch.lastMachine
}

function askedMachine(input: MachineInput, asked: MachineName): MachineChoice {
  const { arch, options } = input
  const known = new Set([...arch.machines, arch.lastMachine].map(({ machine }) => machine))
  if (!known.has(asked)) {
    throw new UserError('BAD_OPTION', message`${option('machine', asked)} does not fit: ${arch.name} has ${listNames([...known])}.`, {
      hint: message`Leave ${option('machine')} out to get the fastest one that fits.`,
    })
  }
  const obstacle = obstacleOf(asked, input)
  if (obstacle !== undefined && options.source !== undefined) {
    throw new UserError('BAD_OPTION', message`${option('machine', asked)} does not fit: ${obstacle}.`, {
      hint: message`Leave ${option('machine')} out to get the fastest one that fits.`,
    })
  }
  return { machine: asked, why: 'as asked' }
}

/** Whether a candidate is for guests of this kind. */
function isMeant({ only, firmware }: MachineCandidate, { options, accel, cpus, ...input }: MachineInput): boolean {
  if (firmware !== undefined && !input.firmware.includes(firmware)) return false
  if (only === undefined) return true
  const hasDrivers = options.source !== undefined && canUse(options, only.options)
  return accel === only.accel && cpus === only.cpus && hasDrivers
}

function obstacleOf(name: MachineName, input: MachineInput): Message | undefined {
  const { needs, virtioSlots, virtioBus, needsCounter } = machines[name]
  if (needs.length > 0 && input.options.source === undefined) return "the kernel's configuration is unknown"
  const lack = lackOf(needs, input.options)
  if (lack !== undefined) return lack
  if (virtioSlots !== undefined && input.virtioDevices > virtioSlots)
    return `${input.virtioDevices} devices are more than its ${virtioSlots} slots`
  if (virtioBus !== 'pci' && input.qemuArgs.some((word) => /pci|usb/i.test(word))) return message`${option('qemu-arg')} names a PCI device`
  if (virtioBus !== 'pci' && input.watchdog) return 'the watchdog needs PCI'
  if (needsCounter && input.accel === 'tcg' && input.tscKhz === undefined) return "the host's TSC frequency could not be measured"
  return undefined
}

/** What a kernel of known configuration lacks. */
function lackOf(symbols: readonly string[], { source, value }: KernelOptions): string | undefined {
  const missing = source === undefined ? [] : symbols.filter((symbol) => value(symbol) !== 'y')
  return missing.length === 0 ? undefined : `the kernel lacks ${missing.map((symbol) => `CONFIG_${symbol}`).join(' and ')}`
}
