import { chmod, chown, copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { smallGuest, startProgram, testArtifacts, type CommandResult } from './lib/kernelkit.ts'
import { asOrdinaryUser, ordinaryEnvironment, ordinaryUser as user, whyUnreadable } from './lib/ordinary-user.ts'
import { kernelkitBin } from './lib/paths.ts'

/** Not below /tmp: the guest has its own. */
let scratch = ''
let home = ''
let kernel = ''
let hidden = ''

function asUser(argv: readonly string[]): Promise<CommandResult> {
  const [program = '', ...args] = [...asOrdinaryUser, ...argv]
  const path = [join(home, 'own tools'), dirname(process.execPath), process.env['PATH']].join(delimiter)
  const env = { ...ordinaryEnvironment, HOME: home, PATH: path }
  return startProgram([program, ...args], { cwd: join(home, 'repository'), env }).result
}

const run = (...args: readonly string[]) =>
  asUser([process.execPath, kernelkitBin, 'run', '-k', kernel, '--root', 'host', ...smallGuest, ...args])

beforeAll(async () => {
  scratch = await mkdtemp('/var/tmp/kernelkit-user-')
  await chmod(scratch, 0o755)
  hidden = await mkdtemp('/tmp/kernelkit-hidden-')
  await chmod(hidden, 0o755)
  await writeFile(join(hidden, 'prog'), '#!/bin/sh\necho shown\n', { mode: 0o755 })
  home = join(scratch, 'my home')
  kernel = join(scratch, 'bzImage')
  await copyFile(testArtifacts().kernel, kernel)
  await copyFile(join(dirname(testArtifacts().kernel), '.config'), join(scratch, '.config'))
  for (const path of [kernel, join(scratch, '.config')]) await chmod(path, 0o644)
  const directories = [home, join(home, 'repository'), join(home, 'own tools')]
  for (const path of directories) {
    await mkdir(path)
    await chown(path, user.uid, user.gid)
  }
  await writeFile(join(home, 'own tools', 'own-tool'), '#!/bin/sh\necho the own tool\n', { mode: 0o755 })
  const commit = "git init -q && git -c user.name=A -c user.email=a@example.org commit -q --allow-empty -m 'First commit'"
  const { exitCode, stderr } = await asUser(['sh', '-c', commit])
  if (exitCode !== 0) throw new Error(stderr)
})
afterAll(async () => {
  for (const path of [scratch, hidden]) await rm(path, { recursive: true, force: true })
})

const unreadable = whyUnreadable()
beforeEach(({ skip }) => skip(unreadable !== undefined, unreadable))

describe('kernelkit run of an ordinary user, with the root of this machine', () => {
  it("reads the user's git repository, finds the user's tools and its own name, and has a lock directory for everyone", async () => {
    // git refuses a repository of another owner. QEMU runs in a user namespace, in which the user's own files belong to root.
    const script =
      'git log --format=%s; stat -c %u .git; own-tool; getent hosts $(hostname) | wc -l; getent hosts localhost | wc -l; stat -c %a /run/lock'
    const { exitCode, stdout, stderr } = await run('--', 'sh', '-c', script)
    expect({ exitCode, stdout, stderr }).toMatchObject({ exitCode: 0, stdout: 'First commit\n0\nthe own tool\n1\n1\n1777\n' })
  })

  it('refuses a program of a directory that the guest has as its own, with the share that shows it', async () => {
    const prog = join(hidden, 'prog')
    const { exitCode, stderr } = await run('--', prog)
    expect(exitCode).toBe(125)
    expect(stderr).toContain(`COMMAND_HIDDEN: ${prog} is a file of this host: /tmp is the guest's own`)
    const [, share = ''] = /--share (\S+)\.\n/.exec(stderr) ?? []
    expect(share).toBe(hidden)
    expect(await run('-v', share, '--', prog)).toMatchObject({ exitCode: 0, stdout: 'shown\n' })
  })

  it('names a file that a failed command could not see', async () => {
    const { exitCode, stderr } = await run('--', 'sh', join(hidden, 'prog'))
    expect(exitCode).toBe(2)
    expect(stderr).toContain(
      `${join(hidden, 'prog')} is a file of this host: /tmp is the guest's own. Show it to the guest with --share ${hidden}.`,
    )
  })
})
