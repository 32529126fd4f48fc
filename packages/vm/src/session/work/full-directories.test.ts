import { nodeHost } from '@kernelkit/host'
import { expect, it } from 'vitest'
import { fullDirectories } from './full-directories.ts'

it('names the writable directories that have no room left when their guest has ended', async () => {
  const { fs } = nodeHost()
  const free: Readonly<Record<string, number>> = { '/full': 0, '/roomy': 1000, '/read': 0 }
  const statfs = (async (path: string) => ({ bavail: free[path], bsize: 4096 })) as unknown as typeof fs.statfs
  const shares = [
    { host: '/full', tag: 's0', readonly: false },
    { host: '/roomy', tag: 's1', readonly: false },
    { host: '/read', tag: 's2', readonly: true },
  ]
  expect(await fullDirectories({ fs: { ...fs, statfs } }, { shares })).toEqual([
    'no space is left at /full: what the guest wrote there last may not have arrived whole',
  ])
  expect(await fullDirectories({ fs }, { shares: [{ host: '/nonexistent', tag: 's0', readonly: false }] })).toEqual([])
})
