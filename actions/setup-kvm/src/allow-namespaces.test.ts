import { expect, it } from 'vitest'
import { nodeHost, silentLogger, type Host } from '@kernelkit/host'
import { allowNamespaces } from './allow-namespaces.ts'

/** A machine with this setting of AppArmor. */
function machine(value: string | undefined, change: Partial<Host> = {}) {
  const commands: string[] = []
  const log: string[] = []
  const real = nodeHost({ log: { ...silentLogger, info: (line) => void log.push(line) } })
  const readFile = async () => value ?? Promise.reject(Object.assign(new Error('ENOENT'), { code: 'ENOENT' }))
  const host: Host = {
    ...real,
    uid: 1001,
    fs: { ...real.fs, readFile: readFile as unknown as Host['fs']['readFile'] },
    which: async (program) => `/usr/bin/${program}`,
    run: async (argv) => {
      commands.push(argv.join(' '))
      return { exitCode: 0, signal: undefined, stdout: '', stderr: '', seconds: 0 }
    },
    ...change,
  }
  return { host, commands, log }
}

it('allowNamespaces lifts the restriction of AppArmor through sudo', async () => {
  const { host, commands, log } = machine('1\n')
  await allowNamespaces(host)
  expect(commands).toEqual(['sudo -n true', 'sudo -n sysctl -w kernel.apparmor_restrict_unprivileged_userns=0'])
  expect(log.at(-1)).toMatch(/^allowed: /)
})

it.each<[string, string | undefined, Partial<Host>]>([
  ['where there is no restriction', '0\n', {}],
  ['where there is no AppArmor', undefined, {}],
  ['for root', '1\n', { uid: 0 }],
  ['without sudo', '1\n', { which: async () => undefined }],
])('allowNamespaces changes nothing %s', async (_title, value, change) => {
  const { host, commands } = machine(value, change)
  await allowNamespaces(host)
  expect(commands).toEqual([])
})
