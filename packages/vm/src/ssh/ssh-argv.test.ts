import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { sshArgv, sshConfig } from './ssh-argv.ts'

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-ssh-'))
afterAll(() => rmSync(directory, { recursive: true }))

const access = {
  address: '127.0.0.1',
  port: 40022,
  keyPath: '/run/user 0/50%/id_ed25519',
  knownHostsPath: '/run/user 0/50%/known_hosts',
  hostAlias: 'kernelkit-abc',
}

/** What ssh itself makes of its words (`ssh -G` prints the options that it would use). */
function optionsOf([program, ...words]: readonly [string, ...string[]]): ReadonlyMap<string, string> {
  const text = execFileSync(program, ['-G', ...words], { encoding: 'utf8' })
  return new Map(text.split('\n').map((line) => [line.split(' ', 1)[0] ?? '', line.slice(line.indexOf(' ') + 1)]))
}

const login = {
  hostname: '127.0.0.1',
  port: '40022',
  user: 'root',
  hostkeyalias: 'kernelkit-abc',
  stricthostkeychecking: 'true',
  identitiesonly: 'yes',
}

describe('sshArgv', () => {
  it('logs in with the key, the port and the known host of the VM', () => {
    expect(Object.fromEntries(optionsOf(sshArgv(access, [])))).toMatchObject({
      ...login,
      identityfile: '/run/user 0/50%%/id_ed25519',
      userknownhostsfile: '/run/user 0/50%/known_hosts',
    })
  })

  it("lets the user's words for ssh win over ours", () => {
    const options = optionsOf(sshArgv(access, [], ['-oConnectTimeout=3', '-L8080:localhost:80']))
    expect(options.get('connecttimeout')).toBe('3')
    expect(options.get('localforward')).toBe('8080 [localhost]:80')
  })

  it.each([
    [['sh', '-c', 'exit 7'], 7],
    [['test', "it's a b", '=', "it's a b"], 0],
    [['exit 3 # one word is a line'], 3],
  ])("brings %j through the guest's shell as it was given", (command, status) => {
    // The server joins what follows the host and gives it to the login shell (sshd(8)).
    const argv = sshArgv(access, command)
    const line = argv.slice(argv.indexOf('--') + 1).join(' ')
    expect(statusOf(line)).toBe(status)
  })
})

describe('sshConfig', () => {
  it('gives other programs the same login under the name of the VM', () => {
    const file = join(directory, 'config')
    writeFileSync(file, `${sshConfig(access, 'debug')}\n\n${sshConfig({ ...access, port: 40023 }, 'other')}\n`)
    const options = (name: string) => Object.fromEntries(optionsOf(['ssh', '-F', file, name]))
    expect(options('debug')).toEqual({ ...Object.fromEntries(optionsOf(sshArgv(access, []))), host: 'debug' })
    expect(options('other')).toMatchObject({ ...login, port: '40023' })
  })
})

function statusOf(line: string): number {
  try {
    execFileSync('sh', ['-c', line])
    return 0
  } catch (error) {
    return (error as { readonly status: number }).status
  }
}
