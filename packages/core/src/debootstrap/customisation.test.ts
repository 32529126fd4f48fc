import { execFileSync } from 'node:child_process'
import { existsSync, lstatSync, mkdirSync, mkdtempSync, readFileSync, readlinkSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { customisationSteps } from './customisation.ts'
import { renderCustomisation } from './render-customisation.ts'

let root: string
const read = (path: string) => readFileSync(join(root, path), 'utf8')
const defaults = {
  arch: { console: 'ttyS0' },
  hostname: 'kernelkit',
  aptSource: 'deb http://mirror.example/debian bookworm main',
  sshKeys: [],
  trim: true,
}

/** The real shell on a small root in a temporary directory. */
function customise(options: Partial<Parameters<typeof customisationSteps>[0]> = {}): void {
  execFileSync('sh', ['-euc', `root=$1\n${renderCustomisation(customisationSteps({ ...defaults, ...options }))}`, 'sh', root])
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "kernelkit root's "))
  for (const directory of ['etc/ssh', 'root/.ssh', 'var/log', 'run/x', 'etc/apt/sources.list.d'])
    mkdirSync(join(root, directory), { recursive: true })
  writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/false\n')
  writeFileSync(join(root, 'etc/shadow'), 'root:*:19000:0:99999:7:::\ndaemon:*:19000:0:99999:7:::\n')
  writeFileSync(join(root, 'etc/ssh/ssh_host_ed25519_key'), 'secret')
  writeFileSync(join(root, 'etc/machine-id'), 'abc\n')
  writeFileSync(join(root, 'var/log/dpkg.log'), 'now\n')
  writeFileSync(join(root, 'outside'), 'kept')
  execFileSync('ln', ['-s', join(root, 'outside'), join(root, 'etc/hostname')])
})
afterEach(() => rmSync(root, { recursive: true }))

describe('the customisation', () => {
  test('gives root alone an empty password', () => {
    customise()
    expect(read('etc/passwd')).toBe('root::0:0:root:/root:/bin/bash\ndaemon:x:1:1::/:/bin/false\n')
    expect(read('etc/shadow')).toMatch(/^root::19000:.*\ndaemon:\*:/)
  })

  test('leaves no key material, and lets ssh take keys only', () => {
    customise()
    expect(existsSync(join(root, 'etc/ssh/ssh_host_ed25519_key'))).toBe(false)
    expect(existsSync(join(root, 'root/.ssh'))).toBe(false)
    const config = read('etc/ssh/sshd_config.d/10-kernelkit.conf')
    expect(config).toMatch(/^HostKey \/run\/kernelkit\/ssh_host_ed25519_key$/m)
    expect(config).toMatch(/^AuthorizedKeysFile \/run\/kernelkit\/authorized_keys \.ssh\/authorized_keys$/m)
    expect(config).toMatch(/^PasswordAuthentication no$/m)
    expect(config).toMatch(/^PermitEmptyPasswords no$/m)
  })

  test('puts a public key in when it is given', () => {
    customise({ sshKeys: ['ssh-ed25519 AAAA a', "ssh-ed25519 BBBB it's"] })
    expect(read('root/.ssh/authorized_keys')).toBe("ssh-ed25519 AAAA a\nssh-ed25519 BBBB it's\n")
    expect(statSync(join(root, 'root/.ssh')).mode & 0o777).toBe(0o700)
    expect(statSync(join(root, 'root/.ssh/authorized_keys')).mode & 0o777).toBe(0o600)
  })

  test('enables a login on hvc0 and on ttyS0, and an ssh server', () => {
    customise()
    for (const console of ['hvc0', 'ttyS0']) {
      expect(readlinkSync(join(root, `etc/systemd/system/getty.target.wants/serial-getty@${console}.service`))).toBe(
        '/etc/systemd/system/serial-getty@.service',
      )
    }
    expect(read('etc/systemd/system/serial-getty@.service')).toContain("-o '-p -- \\\\u'")
    expect(read('etc/systemd/system/kernelkit-ssh-host-key.service')).toContain('$$1/ssh_host_ed25519_key')
    expect(existsSync(join(root, 'etc/systemd/system/multi-user.target.wants'))).toBe(true)
  })

  test('starts the ssh server first, without waiting for a disk of fstab or for udev', () => {
    customise()
    const units = ['ssh', 'kernelkit-ssh-host-key'].map((name) => read(`etc/systemd/system/${name}.service`))
    expect(units[0]).toMatch(/^Before=.*\bsystemd-udevd\.service/m)
    for (const unit of units) expect(unit).not.toMatch(/^(After|Requires|Wants)=.*(local-fs|sysinit|udev)/m)
    expect(readlinkSync(join(root, 'etc/systemd/system/sshd-keygen.service'))).toBe('/dev/null')
  })

  test('saves older ssh servers a second start for each connection', () => {
    customise()
    expect(read('etc/systemd/system/ssh.service')).toMatch(/^ExecStart=\/usr\/sbin\/sshd -D -r \$SSHD_OPTS$/m)
    expect(existsSync(join(root, 'etc/ssh/sshd_config.d/20-kernelkit-one-address.conf'))).toBe(false)
  })

  test('keeps newer ssh servers from locking out the one address that all come from', () => {
    mkdirSync(join(root, 'usr/lib/openssh'), { recursive: true })
    writeFileSync(join(root, 'usr/lib/openssh/sshd-session'), '')
    customise()
    expect(read('etc/systemd/system/ssh.service')).toMatch(/^ExecStart=\/usr\/sbin\/sshd -D \$SSHD_OPTS$/m)
    expect(read('etc/ssh/sshd_config.d/20-kernelkit-one-address.conf')).toBe('PerSourcePenalties no\n')
  })

  test('lets nothing be mounted over shares below /tmp', () => {
    customise({ trim: false })
    expect(readlinkSync(join(root, 'etc/systemd/system/tmp.mount'))).toBe('/dev/null')
  })

  test('asks for an address on every Ethernet whatever its MAC', () => {
    customise()
    expect(read('etc/systemd/network/80-kernelkit.network')).toMatch(/\[Match\]\nType=ether\n\n\[Network\]\nDHCP=yes/)
  })

  test('writes files, never through links that were there', () => {
    customise()
    expect(read('outside')).toBe('kept')
    expect(lstatSync(join(root, 'etc/hostname')).isSymbolicLink()).toBe(false)
    expect(read('etc/hostname')).toBe('kernelkit\n')
  })

  test('empties what differs from bake to bake', () => {
    customise()
    expect(read('etc/machine-id')).toBe('')
    expect(existsSync(join(root, 'var/log/dpkg.log'))).toBe(false)
    expect(existsSync(join(root, 'run/x'))).toBe(false)
  })

  test('masks units only when it trims', () => {
    customise({ trim: false })
    expect(existsSync(join(root, 'etc/systemd/system/systemd-pstore.service'))).toBe(false)
    customise({ trim: true })
    expect(readlinkSync(join(root, 'etc/systemd/system/systemd-pstore.service'))).toBe('/dev/null')
    expect(readlinkSync(join(root, 'etc/systemd/system-generators/systemd-gpt-auto-generator'))).toBe('/dev/null')
  })

  test('gives the same root when it is applied twice', () => {
    customise()
    const once = execFileSync('tar', ['-C', root, '--sort=name', '--mtime=@0', '-cf', '-', '.'])
    customise()
    expect(execFileSync('tar', ['-C', root, '--sort=name', '--mtime=@0', '-cf', '-', '.']).equals(once)).toBe(true)
  })
})
