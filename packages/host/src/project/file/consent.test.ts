import { chmod, chown, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { givenOptions } from '@kernelkit/core/options'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Host } from '../../host.ts'
import { nodeHost } from '../../node-host.ts'
import { giveConsent } from './consent.ts'
import { openProjectFile } from './open-project-file.ts'
import { readProjectOptions } from './read-project-options.ts'

let scratch: string
let project: string
beforeEach(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), 'kernelkit-consent-')))
  project = join(scratch, 'project')
  await mkdir(project)
})
afterEach(() => rm(scratch, { recursive: true, force: true }))

function hostOf(env: Readonly<Record<string, string>> = {}, uid?: number): Host {
  const host = nodeHost({
    cwd: project,
    env: { HOME: scratch, XDG_CONFIG_HOME: join(scratch, 'config'), PATH: process.env['PATH'], ...env },
  })
  return uid === undefined ? host : { ...host, uid }
}

const write = (text: string) => writeFile(join(project, 'kernelkit.yaml'), text)

/** The keys that need consent; none when the file is read. */
async function keysOf(host = hostOf(), given: Readonly<Record<string, unknown>> = {}): Promise<readonly string[]> {
  try {
    await readProjectOptions(host, { block: 'vm', command: 'run', words: [], given: givenOptions(given) })
    return []
  } catch (error) {
    expect(error).toMatchObject({ code: 'PROJECT_NOT_TRUSTED' })
    const { keys } = (error as { readonly details: { readonly keys?: readonly { readonly key: string }[] } }).details
    return keys === undefined ? [(error as Error).message] : keys.map(({ key }) => key)
  }
}

async function consent(host = hostOf()): Promise<void> {
  const opened = await openProjectFile(host, join(project, 'kernelkit.yaml'), { trusted: true })
  const { reachingValues, locatePaths } = await import('@kernelkit/core/project')
  await giveConsent(host, opened, reachingValues('vm', locatePaths('vm', opened.file.blocks.vm ?? {}, await opened.locatorOf('vm'))))
}

describe('a project file that reaches beyond its project', () => {
  it('is refused with each key, its line and column, what it does, and the command that consents', async () => {
    await write('vm:\n  memory: 1G\n  qemu: ./evil.sh\n  env: [A=1, TOKEN]\n')
    await expect(readProjectOptions(hostOf(), { block: 'vm', command: 'run', words: [], given: {} })).rejects.toMatchObject({
      code: 'PROJECT_NOT_TRUSTED',
      message: [
        'kernelkit.yaml reaches beyond its project, and you have not consented to this content:',
        `  kernelkit.yaml:3:3: \`vm.qemu: ${project}/evil.sh\` runs as a program of this machine`,
        '  kernelkit.yaml:4:14: `vm.env[1]: TOKEN` passes a variable of your environment to the guest',
        '  Consent is to the content of the files named here, not to what they read or start: look at that, too.',
      ].join('\n'),
      hint: `Read the file. Consent to it with \`kernelkit trust ${project}/kernelkit.yaml\`, or this once with --trust-project.`,
    })
  })

  it('is read without consent where a nearer door overrides those keys, and where it stays inside', async () => {
    await write('vm: { qemu: ./evil.sh, kernel: ./linux, share: [".:/src", "src:/out:rw"], artifacts: out, junit: r.xml, env: [A=1] }')
    expect(await keysOf(hostOf(), { qemu: '/usr/bin/qemu' })).toEqual([])
  })

  it('needs consent for paths beyond the project, also through links, and for what git acts on', async () => {
    await mkdir(join(project, '.git'))
    await mkdir(join(project, 'sub'))
    await symlink('/etc', join(project, 'link'))
    await symlink('../nowhere', join(project, 'dangling'))
    await write(
      JSON.stringify({
        vm: {
          kernel: '../linux',
          initrd: 'link/shadow',
          evidence: 'dangling/x',
          junit: '.git/config',
          artifacts: 'sub/.git/hooks',
          share: ['.:/a:rw', 'sub:/b:rw', 'link:/c', 'sub:/d'],
        },
      }),
    )
    expect(await keysOf()).toEqual(['vm.kernel', 'vm.initrd', 'vm.evidence', 'vm.junit', 'vm.artifacts', 'vm.share[0]', 'vm.share[2]'])
  })

  it('may read what the store holds, and not write there', async () => {
    const store = join(scratch, 'store')
    await mkdir(store)
    await write(JSON.stringify({ vm: { kernel: join(store, 'kernel/x'), junit: join(store, 'x.xml') } }))
    expect(await keysOf(hostOf({ KERNELKIT_CACHE_DIR: store }))).toEqual(['vm.junit'])
  })

  it('is read after consent to this content, in this place, with these programs', async () => {
    await writeFile(join(project, 'q.sh'), '#!/bin/sh\n')
    await write('vm: { qemu: ./q.sh }')
    expect(await keysOf()).toEqual(['vm.qemu'])
    await consent()
    expect(await keysOf()).toEqual([])
    await writeFile(join(project, 'q.sh'), '#!/bin/sh\nother\n')
    expect(await keysOf()).toEqual(['vm.qemu'])
    await consent()
    expect(await keysOf()).toEqual([])
    await write('vm: { qemu: ./q.sh } ')
    expect(await keysOf()).toEqual(['vm.qemu'])
  })

  it.each([
    ['#!/usr/bin/env ./tools/run\n', 'vm: { qemu: ./q.sh }'],
    ['#!tools/run -x\n', 'vm: { qemu: ./q.sh }'],
    ['', 'vm: { qemu-arg: [-readconfig, tools/run] }'],
    ['', 'vm: { qemu-arg: ["-netdev", "tap,id=a,script=./tools/run,downscript=no"] }'],
  ])('needs consent again when a file changes that %j or %j names', async (program, text) => {
    await mkdir(join(project, 'tools'))
    await writeFile(join(project, 'q.sh'), program)
    await write(text)
    await consent()
    expect(await keysOf()).toEqual([])
    for (const content of ['put there later', 'changed']) {
      await writeFile(join(project, 'tools/run'), content)
      expect(await keysOf()).not.toEqual([])
      await consent()
      expect(await keysOf()).toEqual([])
    }
    await rm(join(project, 'tools/run'))
    await symlink(join(project, 'q.sh'), join(project, 'tools/run'))
    expect(await keysOf()).not.toEqual([])
  })

  it('keeps the consent when a file changes that it does not name', async () => {
    await writeFile(join(project, 'q.sh'), '#!/bin/sh\n. ./other\n')
    await write('vm: { qemu: ./q.sh }')
    await consent()
    await writeFile(join(project, 'other'), 'x')
    expect(await keysOf()).toEqual([])
  })

  it('is read once with trustProject, which is not kept', async () => {
    await write('vm: { qemu: ./q.sh }')
    expect(await keysOf(hostOf(), { trustProject: true })).toEqual([])
    expect(await keysOf()).toEqual(['vm.qemu'])
  })

  it('shows values that a terminal would act on as text', async () => {
    await write('vm: { qemu: "./\\e]0;x\\a\\n::error::y" }')
    const refused = readProjectOptions(hostOf(), { block: 'vm', command: 'run', words: [], given: {} })
    await expect(refused).rejects.toMatchObject({ message: expect.stringContaining(String.raw`/\e]0;x\u{7}\n::error::y`) as string })
  })
})

describe('a project file of another user', () => {
  // As git decides it: only the owner counts, so the tests need no second user for most of it.
  const other = (process.getuid?.() ?? 0) + 4321

  it('is refused, also for root, and when only its directory is the other user’s', async () => {
    await write('vm: { memory: 1G }')
    expect(await keysOf(hostOf({}, other))).toEqual([
      expect.stringMatching(/kernelkit\.yaml belongs to uid \d+, not to you: it is not read\.$/),
    ])
    if (process.getuid?.() !== 0) return
    await chown(join(project, 'kernelkit.yaml'), other, other)
    expect(await keysOf()).toEqual([expect.stringContaining(`belongs to uid ${other}`)])
    await chown(join(project, 'kernelkit.yaml'), 0, 0)
    await chown(project, other, other)
    expect(await keysOf()).toEqual([expect.stringContaining(`belongs to uid ${other}`)])
  })

  it('is refused when a link of the other user’s leads to a file of ours', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can make files of two owners')
    await writeFile(join(scratch, 'mine.yaml'), 'vm: { memory: 1G }')
    await symlink('../mine.yaml', join(project, 'kernelkit.yaml'))
    await nodeHost().fs.lchown(join(project, 'kernelkit.yaml'), other, other)
    expect(await keysOf()).toEqual([expect.stringContaining(`belongs to uid ${other}`)])
  })

  it('is read by root on behalf of the user who called sudo, as git does', async ({ skip }) => {
    skip(process.getuid?.() !== 0, 'only root can be asked by sudo')
    await write('vm: { memory: 1G }')
    for (const path of [project, join(project, 'kernelkit.yaml')]) await chown(path, other, other)
    expect(await keysOf(hostOf({ SUDO_UID: String(other) }))).toEqual([])
    expect(await keysOf(hostOf({ SUDO_UID: String(other + 1) }))).toHaveLength(1)
    // The variable counts for root alone.
    expect(await keysOf(hostOf({ SUDO_UID: String(other) }, other + 1))).toHaveLength(1)
  })

  it('is read after consent, which others cannot give', async () => {
    await write('vm: { memory: 1G }')
    const host = { ...hostOf(), uid: other }
    await consent(host)
    // The consent is a file of the tester's, not of this user.
    expect(await keysOf(host)).toHaveLength(1)
    expect(await keysOf(host, { trustProject: true })).toEqual([])
  })
})

describe('the file itself', () => {
  it('is refused when it is not a regular file, too large, or not to be read', async () => {
    const reason = async () => {
      const opened = openProjectFile(hostOf(), join(project, 'kernelkit.yaml'))
      return opened.then(
        () => 'read',
        (error: unknown) => (error as Error).message,
      )
    }
    await mkdir(join(project, 'kernelkit.yaml'))
    expect(await reason()).toContain('it is not a regular file')
    await rm(join(project, 'kernelkit.yaml'), { recursive: true })
    await hostOf().run(['mkfifo', join(project, 'kernelkit.yaml')])
    expect(await reason()).toContain('it is not a regular file')
    await rm(join(project, 'kernelkit.yaml'))
    await write(`#${'x'.repeat(2 ** 20)}`)
    expect(await reason()).toContain('has 1048577 bytes; at most 1048576 are read')
    await write('vm: {}')
    await chmod(join(project, 'kernelkit.yaml'), 0o644)
    expect(await reason()).toBe('read')
  })
})
