import type { AccelName, Arch, KernelWord } from '../arch/index.ts'

export interface KernelWordsInput {
  readonly arch: Pick<Arch, 'console' | 'earlycon' | 'kernelWords' | 'counterWords'>
  readonly accel: AccelName
  /** Frequency of the host's counter; used under TCG only, whose guests see it. */
  readonly tscKhz: number | undefined
  readonly onOops: 'panic' | 'continue'
  /** Fixed address on QEMU's user network: without a DHCP client in agent-first guests, and without its wait in others. */
  readonly staticNetwork: boolean
  /** Words of the chosen machine. */
  readonly machineWords?: readonly KernelWord[] | undefined
  /** The root's own init runs, which may be systemd. */
  readonly ownInit: boolean
  /** The agent's archive follows a user's own. */
  readonly agentAppended: boolean
  readonly debugger: boolean
  /** Directory of the guest that takes the core files of crashed programs. */
  readonly coreDumps?: string | undefined
  /** The memory of a guest that has panicked is read afterwards. */
  readonly staysAfterPanic?: boolean
  /** The self-tests of built-in crypto algorithms are left out. */
  readonly skipsCryptoTests?: boolean
  /** The KUnit suites inside the kernel run; `glob` chooses among them. */
  readonly kunit?: { readonly glob: string | undefined } | undefined
}

/** The words that every guest gets. Never `quiet`: it hides every WARN. Never `acpi=off`: it costs virtio slots and the power-off. */
export function kernelWords(input: KernelWordsInput): readonly KernelWord[] {
  return [
    { word: `console=${input.arch.console}`, why: 'the serial port loses nothing; hvc0 lacks the first and the last messages' },
    { word: `earlycon=${input.arch.earlycon}`, why: 'messages from before the console driver, such as an early panic' },
    { word: 'loglevel=7', why: 'a kernel whose default is lower would hide warnings and KTAP lines' },
    { word: 'printk.time=1', why: 'reports carry the time since boot' },
    input.staysAfterPanic === true
      ? { word: 'panic=0', why: '--dump-on panic: the guest stays until its memory is written' }
      : { word: 'panic=-1', why: 'reboot at once after a panic, which ends QEMU (-no-reboot), instead of waiting for ever' },
    ...(input.onOops === 'panic'
      ? [{ word: 'oops=panic', why: 'an oops ends the run (--on-oops continue: it is reported at the end)' }]
      : []),
    ...input.arch.kernelWords,
    ...(input.accel === 'tcg' && input.tscKhz !== undefined ? input.arch.counterWords(input.tscKhz) : []),
    ...(input.machineWords ?? []),
    ...(input.skipsCryptoTests === true
      ? [
          {
            word: 'cryptomgr.notests',
            why: 'a tenth of an emulated boot; what is loaded later is tested (the agent switches the tests on)',
          },
        ]
      : []),
    ...(input.staticNetwork
      ? [{ word: 'ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off', why: "QEMU's user network is always the same: no wait for DHCP" }]
      : []),
    ...(input.ownInit
      ? [
          // systemd.system(7): since version 257 the terminal is asked for its kind, and a captured console does not answer.
          { word: 'systemd.tty.term.console=dumb', why: 'systemd does not wait for the answer of a terminal that is a file' },
        ]
      : []),
    ...(input.kunit === undefined
      ? []
      : [
          { word: 'kunit.enable=1', why: 'a kernel may be built with its tests switched off (KUNIT_DEFAULT_ENABLED)' },
          ...(input.kunit.glob === undefined
            ? []
            : [{ word: `kunit.filter_glob=${input.kunit.glob}`, why: '--kunit=GLOB: suites, or suite.test (lib/kunit/executor.c)' }]),
        ]),
    ...(input.coreDumps === undefined
      ? []
      : [
          {
            // core(5), "Piping core dumps to a program": no limit of the program's own applies, and a signal waits for the end of the copy.
            word: `"sysctl.kernel.core_pattern=|/bin/cp /dev/stdin ${input.coreDumps}/core.%e.%p"`,
            why: '--core-dumps: the memory of a crashed program is copied to the artifacts',
          },
        ]),
    ...(input.debugger ? [{ word: 'nokaslr', why: 'addresses as in the vmlinux that gdb reads' }] : []),
    ...(input.agentAppended
      ? [{ word: 'rdinit=/.kernelkit/init', why: "the guest agent goes first; the /init of the user's archive stays what it is" }]
      : []),
  ]
}
