import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, realpath, stat, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { cleanGuestFiles, inspectGuestFiles, renderFindings } from './guest-files.ts'

const host = nodeHost()
let scratch = ''
let directory = ''
beforeEach(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), 'kernelkit-guest-files-')))
  directory = join(scratch, 'artifacts')
  await mkdir(join(directory, 'sub'), { recursive: true })
  await writeFile(join(directory, 'kept'), 'kept')
})
afterEach(() => {
  // Deeper than Node removes.
  execFileSync('rm', ['-rf', scratch])
})

const names = async () =>
  (await host.run(['find', '.', '-mindepth', '1', '-printf', String.raw`%P\n`], { cwd: directory })).stdout.trim().split('\n').toSorted()

describe('what a guest leaves', () => {
  it('links that lead outside are dropped, those that stay inside are kept', async () => {
    await writeFile(join(scratch, 'outside'), 'secret')
    await symlink('..', join(directory, 'sub', 'up'))
    for (const [name, target] of [
      ['shadow', '/etc/shadow'],
      ['parent', '../outside'],
      ['itself', '..'],
      ['nowhere', '../not-there'],
      ['through', 'sub/up/../outside'],
      ['absolute-inside', join(directory, 'kept')],
      ['inside', 'sub/../kept'],
      ['dangling-inside', 'sub/later'],
      ['loop', 'loop'],
    ] as const)
      await symlink(target, join(directory, name))
    const dropped = await cleanGuestFiles(host, directory)
    expect(dropped.map(({ path }) => path).toSorted()).toEqual(['itself', 'nowhere', 'parent', 'shadow', 'through'])
    expect(renderFindings(dropped)).toContain('shadow: a link that leads outside, to /etc/shadow')
    expect(await names()).toEqual(['absolute-inside', 'dangling-inside', 'inside', 'kept', 'loop', 'sub', 'sub/up'])
    expect(await cleanGuestFiles(host, directory)).toEqual([])
  })

  it('pipes, sockets and devices are dropped', async ({ onTestFinished }) => {
    await host.run(['mkfifo', join(directory, 'sub', 'pipe')])
    const { createServer } = await import('node:net')
    const server = createServer().listen(join(directory, 'sock'))
    onTestFinished(() => void server.close())
    await new Promise((resolve) => server.once('listening', resolve))
    const isRoot = host.uid === 0
    if (isRoot) await host.run(['mknod', join(directory, 'null'), 'c', '1', '3'])
    expect((await cleanGuestFiles(host, directory)).map(({ path, what }) => `${path}: ${what}`).toSorted()).toEqual([
      ...(isRoot ? ['null: a device'] : []),
      'sock: a socket',
      'sub/pipe: a named pipe',
    ])
    expect(await names()).toEqual(['kept', 'sub'])
  })

  it('setuid and setgid bits and capabilities are taken off, the files are kept', async () => {
    for (const [name, mode] of [
      ['su', 0o4755],
      ['sg', 0o2755],
      ['cap', 0o755],
    ] as const) {
      await writeFile(join(directory, name), '#!/bin/sh\n')
      await chmod(join(directory, name), mode)
    }
    await chmod(join(directory, 'sub'), 0o2755)
    const hasCapabilities = host.uid === 0 && (await host.which('setcap')) !== undefined
    if (hasCapabilities) await host.run(['setcap', 'cap_setuid+ep', join(directory, 'cap')])
    const found = await cleanGuestFiles(host, directory)
    expect(found.map(({ path }) => path).toSorted()).toEqual(['sg', 'su', 'sub'])
    for (const name of ['su', 'sg', 'sub']) expect((await stat(join(directory, name))).mode & 0o7777).toBe(0o755)
    if (hasCapabilities) expect((await host.run(['getcap', join(directory, 'cap')])).stdout).toBe('')
  })

  it('names that a terminal or a runner would act on are shown as text, and long lists are cut', async () => {
    await symlink('/etc/shadow', join(directory, 'a\n::error::\u001b]0;x\u0007'))
    expect(renderFindings(await inspectGuestFiles(host, directory))).toEqual([
      String.raw`a\n::error::\e]0;x\u{7}: a link that leads outside, to /etc/shadow`,
    ])
    for (let count = 0; count < 14; count++) await symlink('/', join(directory, `l${count}`))
    expect(renderFindings(await inspectGuestFiles(host, directory)).at(-1)).toBe('and 5 more')
  })

  it('names that are not text are looked at, too', async () => {
    const name = Buffer.concat([Buffer.from(`${directory}/`), Buffer.from([0xff, 0xfe])])
    await symlink('/etc/shadow', name)
    expect(await cleanGuestFiles(host, directory)).toHaveLength(1)
    expect(await names()).toEqual(['kept', 'sub'])
  })

  it('directories deeper than can be looked into are dropped, whatever their length', async () => {
    // In steps: a path of this length cannot be given.
    const script = 'for (1..130) { mkdir "d" x 200; chdir "d" x 200 or die } symlink "/etc/shadow", "x"'
    execFileSync('perl', ['-e', script], { cwd: join(directory, 'sub') })
    const found = await cleanGuestFiles(host, directory)
    expect(found).toEqual([{ path: expect.stringContaining('sub/dddd') as string, what: 'a directory more than 100 levels deep' }])
    expect(await inspectGuestFiles(host, directory)).toEqual([])
  })

  it('a directory that cannot be listed hides nothing', async () => {
    await symlink('/etc/shadow', join(directory, 'sub', 'x'))
    await chmod(join(directory, 'sub'), 0)
    await chmod(directory, 0)
    expect((await cleanGuestFiles(host, directory)).map(({ path }) => path)).toEqual(['sub/x'])
  })

  it('looking changes nothing', async () => {
    await symlink('/etc/shadow', join(directory, 'x'))
    expect(await inspectGuestFiles(host, directory)).toHaveLength(1)
    expect(await names()).toEqual(['kept', 'sub', 'x'])
  })
})
