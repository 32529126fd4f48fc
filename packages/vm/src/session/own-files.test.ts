import { mkdir, mkdtemp, realpath, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { givenOptions } from '@kernelkit/core/options'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { nodeHost } from '@kernelkit/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { refuseFilesInGuest } from './own-files.ts'

let scratch = ''
beforeAll(async () => {
  scratch = await realpath(await mkdtemp(join(tmpdir(), 'kernelkit-own-')))
  await mkdir(join(scratch, 'out', 'deep'), { recursive: true })
  await symlink('out', join(scratch, 'link'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

it.each<[Readonly<Record<string, unknown>>, string | undefined]>([
  [{ artifacts: 'out', evidence: 'other', junit: 'x.xml' }, undefined],
  // What the guest may write to may be inside of what is ours.
  [{ artifacts: 'e/guest', evidence: 'e' }, undefined],
  [{ artifacts: 'out', evidence: 'out' }, '--evidence out would be in a directory that the guest may write to (--artifacts out)'],
  [{ artifacts: 'out', evidence: 'out/deep/new' }, '--evidence out/deep/new would be in a directory'],
  [{ artifacts: 'out', junit: 'out/x.xml' }, '--junit out/x.xml would be in a directory'],
  [
    { share: ['link:/x:rw'], junit: 'out/x.xml' },
    '--junit out/x.xml would be in a directory that the guest may write to (--share link:rw)',
  ],
  [{ share: ['out:/x', '.:/y:ro'], junit: 'out/x.xml', evidence: 'e' }, undefined],
  [{ share: ['.:/y:rw'] }, 'the store'],
  [{ share: ['run:rw'] }, 'the directory of running VMs'],
  [{ junit: 'out/x.xml', evidence: 'out' }, undefined],
])('%j', async (raw, refusal) => {
  const host = nodeHost({ cwd: scratch })
  const spec = parseVmSpec(givenOptions(raw), { command: 'run' })
  const checked = refuseFilesInGuest(host, {
    wanted: [{ spec }],
    store: { root: join(scratch, 'store') },
    runtime: join(scratch, 'run', 'kernelkit'),
  })
  if (refusal === undefined) expect(await checked).toBeUndefined()
  else await expect(checked).rejects.toMatchObject({ code: 'GUEST_CAN_WRITE', message: expect.stringContaining(refusal) as string })
})
