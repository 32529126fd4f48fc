import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { ownIdentity, type ProcessIdentity } from '../process/process-identity.ts'
import { makeTempDir, ownerMark, sweepTempDirs } from './temp-dir.ts'

const host = nodeHost()
let parent = ''
beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'kernelkit-test-'))
})
afterEach(() => rm(parent, { recursive: true, force: true }))

async function own(): Promise<ProcessIdentity> {
  const identity = await ownIdentity(host)
  if (identity === undefined) throw new Error('no /proc here')
  return identity
}

/** A directory such as a process leaves that was killed. */
async function leave(identity: ProcessIdentity, name = 'kernelkit-initrd-'): Promise<string> {
  const path = join(parent, `${name}${ownerMark(identity)}AbC123`)
  await mkdir(path)
  await writeFile(join(path, 'file'), '')
  return basename(path)
}

it('sweepTempDirs keeps directories of living processes, and removes those of dead ones and of other boots', async () => {
  const child = spawn('sleep', ['100'])
  const stat = await readFile(`/proc/${child.pid}/stat`, 'utf8')
  const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? ''
  const left = await leave({ ...(await own()), pid: child.pid ?? 0, startTicks })
  await leave({ ...(await own()), bootId: '00000000-1111' })
  await sweepTempDirs(host, parent)
  expect(await readdir(parent)).toEqual([left])
  child.kill('SIGKILL')
  await once(child, 'exit')
  await sweepTempDirs(host, parent)
  expect(await readdir(parent)).toEqual([])
})

it('sweepTempDirs keeps directories of unknown processes, with other names, and with an owner.json', async () => {
  const dead = { ...(await own()), pid: 2 ** 22 + 1, startTicks: '1' }
  const kept = [
    await leave({ ...dead, pidNamespace: 'pid:[1]' }),
    await leave(dead, 'kernelkit-bake-'),
    await leave(dead, 'other-'),
    'kernelkit-e2e-x',
  ]
  await writeFile(join(parent, kept[1] ?? '', 'owner.json'), '{}')
  await mkdir(join(parent, 'kernelkit-e2e-x'))
  await sweepTempDirs(host, parent)
  expect((await readdir(parent)).toSorted()).toEqual(kept.toSorted())
})

it('makeTempDir makes directories that a sweep keeps, and removes them on disposal', async () => {
  {
    await using directory = await makeTempDir(host, { parent, prefix: 'kernelkit-' })
    await sweepTempDirs(host, parent)
    expect(await readdir(parent)).toEqual([basename(directory.path)])
  }
  expect(await readdir(parent)).toEqual([])
})
