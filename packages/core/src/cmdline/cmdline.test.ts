import { describe, expect, it } from 'vitest'
import { archRows } from '../arch/index.ts'
import { joinCommandLine, setsParameter, splitWords } from './cmdline.ts'
import { encodeValue, guestWords } from './guest-words.ts'
import { kernelWords } from './kernel-words.ts'

const arch = archRows.x86_64

describe('kernelWords', () => {
  const words = (change: Partial<Parameters<typeof kernelWords>[0]>) =>
    kernelWords({
      arch,
      accel: 'tcg',
      tscKhz: 2_600_000,
      onOops: 'panic',
      staticNetwork: true,
      ownInit: false,
      agentAppended: false,
      debugger: false,
      ...change,
    }).map(({ word }) => word)

  it('spells everything that an emulated guest gets', () => {
    expect(words({})).toEqual([
      'console=ttyS0',
      'earlycon=uart8250,io,0x3f8',
      'loglevel=7',
      'printk.time=1',
      'panic=-1',
      'oops=panic',
      'no_timer_check',
      'noreplace-smp',
      'tsc_early_khz=2600000',
      'tsc=reliable',
      'ip=10.0.2.15::10.0.2.2:255.255.255.0::eth0:off',
    ])
  })

  it('has the words of the chosen machine', () => {
    expect(words({ machineWords: [{ word: 'nolapic_timer', why: '' }] })).toContain('nolapic_timer')
  })

  it('says to systemd that no terminal answers on the console', () => {
    expect(words({ ownInit: true })).toContain('systemd.tty.term.console=dumb')
  })

  it('sends core files to a directory', () => {
    expect(words({ coreDumps: '/out' })).toContain('"sysctl.kernel.core_pattern=|/bin/cp /dev/stdin /out/core.%e.%p"')
  })

  it('leaves out the self-tests of crypto algorithms where that was decided', () => {
    expect(words({ skipsCryptoTests: true })).toContain('cryptomgr.notests')
  })

  it("leaves the counter's frequency to KVM", () => {
    expect(words({ accel: 'kvm' }).join(' ')).not.toContain('tsc')
  })

  it('never hides warnings and never turns ACPI off', () => {
    expect(words({ agentAppended: true, debugger: true, onOops: 'continue' }).join(' ')).not.toMatch(/quiet|acpi=off|oops=panic/)
  })
})

describe('joinCommandLine', () => {
  const join = (ours: readonly string[], append: readonly string[]) => joinCommandLine({ arch, ours, append })

  it('lets a word of the user replace ours and says so', () => {
    const line = join(['console=ttyS0', 'panic=-1'], ['panic=10 foo="a b"'])
    expect(line).toEqual({ text: 'console=ttyS0 panic=10 foo="a b"', notices: ['--append panic=10 replaces our panic=-1'] })
  })

  it('takes - and _ in names for the same, as the kernel does', () => {
    expect(join(['tsc_early_khz=1'], ['tsc-early-khz=2']).text).toBe('tsc-early-khz=2')
  })

  it('adds a console instead of replacing ours', () => {
    expect(join(['console=ttyS0'], ['console=tty0']).text).toBe('console=ttyS0 console=tty0')
  })

  it('knows whether the user sets a parameter, with or without a value', () => {
    const sets = (append: string) => setsParameter(['foo', append], 'cryptomgr.notests')
    expect(['cryptomgr.notests', 'a cryptomgr.notests=0', 'cryptomgr.notests2', 'x=cryptomgr.notests'].map(sets)).toEqual([
      true,
      true,
      false,
      false,
    ])
  })

  it('warns of quiet', () => {
    expect(join([], ['quiet']).notices).toEqual(['--append quiet hides every kernel warning: verdicts cannot see them.'])
  })

  it('keeps 2047 bytes and refuses one more', () => {
    expect(join([], ['a'.repeat(2047)]).text).toHaveLength(2047)
    expect(() => join([], ['a'.repeat(2048)])).toThrow(expect.objectContaining({ code: 'CMDLINE_TOO_LONG' }))
  })

  it('splits at blanks but not between double quotes', () => {
    expect(splitWords(' a  b="c d" "e f"=g ')).toEqual(['a', 'b="c d"', '"e f"=g'])
  })
})

describe('guestWords', () => {
  it('spells root, init, mounts and name', () => {
    const words = guestWords({
      root: { kind: '9p', tag: 'root', mode: 'cow' },
      mask: true,
      init: 'agent',
      mounts: [{ tag: 'cwd', at: '/home/a b,c', mode: 'cow' }],
      hostname: 'vm',
    })
    expect(words).toEqual([
      'kernelkit.root=9p:root:cow',
      'kernelkit.mask=1',
      'kernelkit.init=agent',
      'kernelkit.mount=cwd,/home/a%20b%2Cc,cow',
      'kernelkit.hostname=vm',
    ])
    const disk = guestWords({
      root: { kind: 'disk', device: '/dev/vda', fsType: 'ext4', mode: 'rw' },
      mask: false,
      init: '/sbin/init',
      mounts: [],
      hostname: 'vm',
    })
    expect(disk).toEqual(['kernelkit.root=disk:/dev/vda:ext4:rw', 'kernelkit.init=/sbin/init', 'kernelkit.hostname=vm'])
  })

  it('encodes every byte that would end a word, a field or a quotation', () => {
    expect(encodeValue('a "%ä:')).toBe('a%20%22%25%C3%A4%3A')
  })
})
