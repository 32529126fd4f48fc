import { copyFile, chown, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { lastLine, startProgram, testArtifacts, type CommandResult } from '../lib/kernelkit.ts'
import { kernelkitBin } from '../lib/paths.ts'

const { kernel, store } = testArtifacts()
const isRoot = process.getuid?.() === 0
// Without an account, as in many containers.
const otherUid = 12_345
const secret = 'a-secret-of-this-host'

/** A user of this host with credentials, a kernel and a store that this user may read. */
interface Person {
  readonly uid: number
  readonly home: string
  readonly kernel: string
  run(args: readonly string[], options?: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> }): Promise<CommandResult>
}

const directories: string[] = []
afterAll(async () => {
  await Promise.all(directories.map((directory) => rm(directory, { recursive: true, force: true })))
})

async function person(uid: number): Promise<Person> {
  // Not below /tmp, which is hidden anyway.
  const home = await mkdtemp('/var/tmp/kernelkit-hostile-')
  // Not in the home either, which a test lets the guest write to.
  const ownStore = await mkdtemp('/var/tmp/kernelkit-hostile-store-')
  directories.push(home, ownStore)
  const files = [
    '.ssh/id_ed25519',
    '.netrc',
    '.aws/credentials',
    '.config/gh/hosts.yml',
    '.docker/config.json',
    '.git-credentials',
    '.cargo/credentials.toml',
  ]
  for (const file of files) {
    await mkdir(join(home, file, '..'), { recursive: true })
    await writeFile(join(home, file), secret)
  }
  await mkdir(join(home, 'src'))
  await writeFile(join(home, 'src/file'), 'content\n')
  const isOther = uid !== process.getuid?.()
  if (isOther) {
    const from = dirname(kernel)
    await mkdir(join(home, 'kernel'))
    for (const name of await readdir(from))
      if (['bzImage', '.config', 'manifest.json'].includes(name)) await copyFile(join(from, name), join(home, 'kernel', name))
    await ownAll(home, uid)
    await ownAll(ownStore, uid)
  }
  const prefix = isOther ? ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups'] : []
  const own = { HOME: home, KERNELKIT_CACHE_DIR: isOther ? ownStore : store, XDG_RUNTIME_DIR: undefined, A_TOKEN: secret }
  return {
    uid,
    home,
    kernel: isOther ? join(home, 'kernel') : kernel,
    run: (args, { cwd = join(home, 'src'), env = {} } = {}) => {
      const [program = '', ...words] = [...prefix, process.execPath, kernelkitBin, ...args]
      return startProgram([program, ...words], { cwd, env: { ...own, ...env } }).result
    },
  }
}

async function ownAll(path: string, uid: number): Promise<void> {
  await chown(path, uid, uid)
  for (const entry of await readdir(path, { withFileTypes: true, recursive: true }))
    await chown(join(entry.parentPath, entry.name), uid, uid)
}

/** What a hostile root does with a root file system that is the host's: it takes off the guest's own mounts, and looks. */
const look = `
umount -l /run /tmp /sys /dev /proc
for place in /proc /sys /dev /run /tmp; do find $place -mindepth 1; done | sed 's/^/found /'
cat /proc/*/environ /proc/self/mountinfo 2> /dev/null | tr '\\0' '\\n' | sed 's/^/read /'
# The working directory's own share, which the home does not hide.
find "$HOME" -path "$HOME/kernel" -prune -o -type f -exec cat {} + 2> /dev/null | sed 's/^/read /'
find /var/lib /etc /home /srv -type s 2> /dev/null | sed 's/^/socket /'
`

describe.each([
  ['root', 0],
  ['an ordinary user', isRoot ? otherUid : (process.getuid?.() ?? 0)],
] as const)('a hostile guest of %s', (_who, uid) => {
  it('with the root of the host finds no process, no socket, no credential and no other mount, and runs its programs', async ({ skip }) => {
    skip(uid === 0 && !isRoot, 'it needs root')
    const one = await person(uid)
    const server = createServer().listen(`/tmp/kernelkit-hostile-${process.pid}-${uid}.sock`)
    try {
      const script = `/usr/bin/sha256sum /etc/os-release > /dev/null && echo runs; cat file; mount -t tmpfs none /mnt && echo mounts; umount /mnt; mkdir /etc/new && touch /etc/new/file && chmod 700 /etc /etc/new/file && echo writes\n${look}`
      const { exitCode, stdout, stderr } = await one.run(['run', '-k', one.kernel, '--root', 'host', '--', 'sh', '-c', script])
      expect({ exitCode, stdout, last: lastLine(stderr) }).toEqual({
        exitCode: 0,
        stdout: 'runs\ncontent\nmounts\nwrites\nread content\n',
        last: expect.stringMatching(/verdict=pass/),
      })
      expect(stderr).toMatch(/^hidden from the guest: .*\/proc/m)
    } finally {
      server.close()
    }
  })

  it('with the home as a share finds no credential in it, but what --expose names', async ({ skip }) => {
    skip(uid === 0 && !isRoot, 'it needs root')
    const one = await person(uid)
    const words = ['-v', `${one.home}:/mnt/home:rw`, '--expose', join(one.home, '.ssh'), '--root', 'host', '--expose', '/run']
    const script =
      'cd /mnt/home && find .ssh .netrc .aws .config/gh -type f -exec cat {} + ; echo new > made; umount -l /run; ls / | grep -x run; echo lost > .netrc'
    const { exitCode, stdout } = await one.run(['run', '-k', one.kernel, ...words, '--', 'sh', '-c', script])
    expect({ exitCode, stdout }).toEqual({ exitCode: expect.any(Number), stdout: `${secret}run\n` })
  })
})
