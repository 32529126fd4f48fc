import { mkdir, rename, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { lastLine } from '../lib/kernelkit.ts'
import { makePerson, people } from '../lib/person.ts'

const secret = 'a-secret-of-this-host'
const credentials = [
  '.ssh/id_ed25519',
  '.netrc',
  '.aws/credentials',
  '.config/gh/hosts.yml',
  '.docker/config.json',
  '.git-credentials',
  '.cargo/credentials.toml',
]

const person = (uid: number) =>
  makePerson(uid, { ...Object.fromEntries(credentials.map((name) => [name, secret])), 'src/file': 'content\n' })

/** What programs of this host do to credentials meanwhile: a new file takes the name, a directory is made again, one is new. */
async function replaceCredentials(home: string): Promise<void> {
  await rm(join(home, '.aws'), { recursive: true })
  for (const name of [...credentials, '.kube/config']) {
    await mkdir(dirname(join(home, name)), { recursive: true })
    await writeFile(join(home, `${name}.new`), secret)
    await rename(join(home, `${name}.new`), join(home, name))
  }
}

/** What a hostile root does with a root file system that is the host's: it takes off the guest's own mounts, and looks. */
const look = `
umount -l /run /tmp /sys /dev /proc
for place in /proc /sys /dev /run /tmp; do find $place -mindepth 1; done | sed 's/^/found /'
cat /proc/*/environ /proc/self/mountinfo 2> /dev/null | tr '\\0' '\\n' | sed 's/^/read /'
# The working directory's own share, which the home does not hide.
find "$HOME" -path "$HOME/kernel" -prune -o -type f -exec cat {} + 2> /dev/null | sed 's/^/read /'
# A home of this host may hold a hundred thousand files.
{ find /var/lib /etc /srv -type s; find /home -maxdepth 3 -type s; } 2> /dev/null | sed 's/^/socket /'
`

describe.each(people)('a hostile guest of %s', (_who, uid) => {
  it('with the root of the host finds no process, no socket, no credential, old or new, and no other mount, and runs its programs', async () => {
    const one = await person(uid)
    const server = createServer().listen(`/tmp/kernelkit-hostile-${process.pid}-${uid}.sock`)
    try {
      const script = `echo ready; read -r go\n/usr/bin/sha256sum /etc/os-release > /dev/null && echo runs; cat file; mount -t tmpfs none /mnt && echo mounts; umount /mnt; mkdir /etc/new && touch /etc/new/file && chmod 700 /etc /etc/new/file && echo writes\n${look}`
      const input = new PassThrough()
      const { child, result } = one.start(['run', '-k', one.kernel, '--root', 'host', '--', 'sh', '-c', script], {
        env: { A_TOKEN: secret },
        input,
      })
      child.stdout?.once('data', () => void replaceCredentials(one.home).finally(() => input.end('go\n')))
      const { exitCode, stdout, stderr } = await result
      expect({ exitCode, stdout, last: lastLine(stderr) }).toEqual({
        exitCode: 0,
        stdout: 'ready\nruns\ncontent\nmounts\nwrites\nread content\n',
        last: expect.stringMatching(/verdict=pass/),
      })
      expect(stderr).toMatch(/^hidden from the guest: .*\/proc/m)
    } finally {
      server.close()
    }
  })

  it('with the home as a share finds no credential in it, but what --expose names', async () => {
    const one = await person(uid)
    const words = ['-v', `${one.home}:/mnt/home:rw`, '--expose', join(one.home, '.ssh'), '--root', 'host', '--expose', '/run']
    const script =
      'cd /mnt/home && find .ssh .netrc .aws .config/gh -type f -exec cat {} + ; echo new > made; umount -l /run; ls / | grep -x run; echo lost > .netrc'
    const { exitCode, stdout } = await one.run(['run', '-k', one.kernel, ...words, '--', 'sh', '-c', script])
    expect({ exitCode, stdout }).toEqual({ exitCode: expect.any(Number), stdout: `${secret}run\n` })
  })
})
