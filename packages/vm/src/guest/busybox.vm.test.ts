import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost, openStore, type Host } from '@kernelkit/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { busyboxEntries } from './busybox-initrd.ts'
import { findBusybox } from './find-busybox.ts'

const host = nodeHost()
let base = ''
beforeAll(async () => {
  base = await mkdtemp(join(tmpdir(), 'kernelkit-busybox-'))
})
afterAll(() => rm(base, { recursive: true, force: true }))

/** This machine, where no busybox is installed. */
const without: Host = { ...host, fs: { ...host.fs, open: () => Promise.reject(new Error('ENOENT')) } }

it('A busybox is fetched from the mirror of this machine where none is installed, once, and has the commands of a small root.', async () => {
  const store = await openStore(host, join(base, 'store'))
  const { path, shown } = await findBusybox(without, store, { arch: 'x86_64', mirror: undefined })
  expect(shown).toMatch(/^busybox-static \S+ of [a-z]+$/)
  expect(await findBusybox(without, store, { arch: 'x86_64', mirror: undefined })).toEqual({ path, shown })
  const { stdout } = await host.run([path, '--list-full'])
  const paths = busyboxEntries(stdout.split('\n'), new Uint8Array(0)).map((entry) => entry.path)
  expect(paths).toEqual(expect.arrayContaining(['bin', 'sbin', 'usr', 'usr/bin', 'bin/busybox', 'bin/sh', 'sbin/modprobe', 'usr/bin/env']))
  expect(paths).not.toContain('sbin/init')
})

it('A machine whose mirrors have none is named with the package to install.', async () => {
  const store = await openStore(host, join(base, 'other'))
  await expect(findBusybox(without, store, { arch: 'x86_64', mirror: 'http://127.0.0.1:9/debian' })).rejects.toMatchObject({
    code: 'MIRROR_UNREACHABLE',
    hint: 'Install busybox-static on this host.',
  })
  await expect(findBusybox(without, store, { arch: 'i386', mirror: undefined })).rejects.toMatchObject({ code: 'HOST_LACKS' })
})
