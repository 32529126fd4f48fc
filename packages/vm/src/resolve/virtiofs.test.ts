import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { nodeHost, openStore, type Host } from '@kernelkit/host'
import { findShareDaemon } from './virtiofs.ts'

it('findShareDaemon finds none that a user without a range of ids could run', async (context) => {
  const root = nodeHost()
  context.skip(root.uid !== 0, 'takes root, to become a user without a range')
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-ranges-'))
  try {
    const store = await openStore(root, directory)
    context.skip((await findShareDaemon(root, store)) === undefined, 'this host has no virtiofsd')
    // No line of /etc/subuid is for this one.
    const words = ['setpriv', '--reuid=61234', '--regid=61234', '--clear-groups']
    const run: Host['run'] = (argv, options) => root.run(argv[0] === 'unshare' ? [...words, ...argv] : argv, options)
    expect(await findShareDaemon({ ...root, uid: 61234, run }, store)).toBeUndefined()
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
