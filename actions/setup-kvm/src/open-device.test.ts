import { describe, expect, it } from 'vitest'
import { nodeHost, silentLogger, type Host, type RunOptions } from '@kernelkit/host'
import { openDevice } from './open-device.ts'

/** A machine whose /dev/kvm opens once one of these commands has run. */
function machine({ programs, opener }: { readonly programs: readonly string[]; readonly opener?: string }) {
  const commands: string[] = []
  const inputs: string[] = []
  const log: string[] = []
  let isOpen = false
  const real = nodeHost({ log: { ...silentLogger, info: (line) => void log.push(line) } })
  const refuse = (): never => {
    throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
  }
  const host: Host = {
    ...real,
    uid: 1001,
    fs: {
      ...real.fs,
      open: (async () => (isOpen ? { close: async () => {} } : refuse())) as unknown as Host['fs']['open'],
      stat: (async () => ({ gid: 104, mode: 0o660 })) as unknown as Host['fs']['stat'],
    },
    which: async (program) => (programs.includes(program) ? `/usr/bin/${program}` : undefined),
    run: async (argv, { input }: RunOptions = {}) => {
      commands.push(argv.join(' '))
      if (typeof input === 'string') inputs.push(input)
      if (opener !== undefined && argv.join(' ').includes(opener)) isOpen = true
      return { exitCode: 0, signal: undefined, stdout: argv[0] === 'id' ? 'runner\n' : '', stderr: '', seconds: 0 }
    },
  }
  return { host, commands, inputs, log }
}

describe('opening /dev/kvm', () => {
  it('writes a udev rule for this user alone, through sudo', async () => {
    const { host, commands, inputs, log } = machine({ programs: ['sudo', 'udevadm'], opener: 'udevadm trigger' })
    await openDevice(host)
    expect(commands.filter((command) => command.startsWith('sudo'))).toEqual([
      'sudo -n true',
      'sudo -n tee /etc/udev/rules.d/99-kernelkit-kvm.rules',
      'sudo -n udevadm control --reload-rules',
      'sudo -n udevadm trigger --name-match=kvm',
      'sudo -n udevadm settle --timeout=10',
    ])
    expect(inputs).toEqual(['KERNEL=="kvm", OWNER="runner", GROUP="kvm", MODE="0660", OPTIONS+="static_node=kvm"\n'])
    expect(log.at(-1)).toBe('opened by a rule in /etc/udev/rules.d/99-kernelkit-kvm.rules')
  })

  it('changes the owner of the device itself where no udev applies rules, as in a container', async () => {
    const { host, commands, log } = machine({ programs: ['sudo'], opener: 'chown' })
    await openDevice(host)
    expect(commands.filter((command) => command.startsWith('sudo'))).toEqual(['sudo -n true', 'sudo -n chown 1001 /dev/kvm'])
    expect(log.at(-1)).toBe('opened: /dev/kvm belongs to uid 1001 now')
  })

  it('leaves it closed without sudo, and says why', async () => {
    const { host, commands, log } = machine({ programs: [] })
    await openDevice(host)
    expect(commands.filter((command) => command.startsWith('sudo'))).toEqual([])
    expect(log).toEqual([expect.stringContaining('uid 1001 may not open it'), 'sudo is missing or needs a password: /dev/kvm stays closed'])
  })
})
