import { describe, expect, it } from 'vitest'
import { architectures, parseArch } from '../arch/index.ts'
import { alwaysRequests, defaultPresets, presetRequests, presets } from './fragments/presets.ts'

describe('presets', () => {
  it('have names and options that are there once each, with a reason', () => {
    expect(new Set(presets.map((preset) => preset.name)).size).toBe(presets.length)
    for (const preset of presets) {
      expect(new Set(preset.options.map((option) => option.symbol)).size).toBe(preset.options.length)
      expect(preset.options.filter((option) => option.why.length < 6)).toEqual([])
    }
  })

  it('give a build without --config the four that boot Debian', () => {
    expect(defaultPresets).toEqual(['minimal', 'debian', '9p', 'debug'])
    for (const name of defaultPresets) expect(presetRequests(name, parseArch('x86_64')).length).toBeGreaterThan(0)
  })

  it('ask for 32-bit programs on 64-bit kernels only, and select each architecture', () => {
    const symbols = (arch: string) => presetRequests('debian', parseArch(arch)).map((request) => request.symbol)
    expect(symbols('x86_64')).toContain('IA32_EMULATION')
    expect(symbols('i386')).not.toContain('IA32_EMULATION')
    for (const arch of architectures) {
      const first = alwaysRequests(arch)[0]
      expect([first?.symbol, first?.value.value]).toEqual(['64BIT', arch.wordBits === 64 ? 'y' : 'n'])
    }
  })

  it('always carry what the decisions name', () => {
    const symbols = alwaysRequests(parseArch('x86_64')).map((request) => request.symbol)
    expect(symbols).toEqual(
      expect.arrayContaining([
        'MAGIC_SYSRQ',
        'PVPANIC',
        'IKCONFIG',
        'IKCONFIG_PROC',
        'BLK_DEV_INITRD',
        'OVERLAY_FS',
        'SERIAL_8250_CONSOLE',
        'VIRTIO_PCI',
        '9P_FS',
      ]),
    )
  })
})
