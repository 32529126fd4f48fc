import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeHost } from '@kernelkit/host'
import { chooseCarried } from './choose-carried.ts'

const host = nodeHost()
const hostRoot = { root: { kind: 'host' }, shares: { mounts: [] } } as const
const imageRoot = { root: { kind: 'image' }, shares: { mounts: [{ at: '/work' }] } } as const
let directory: string
let program: string

beforeAll(async () => {
  directory = await mkdtemp('/tmp/kernelkit-wrapped-')
  program = join(directory, 'x.test')
  await writeFile(program, '#!/bin/sh\n')
  await chmod(program, 0o755)
  await mkdir(join(directory, 'data'))
})

afterAll(() => rm(directory, { recursive: true }))

describe('chooseCarried', () => {
  it('takes the program and what its arguments name below /tmp, and brings back named files', async () => {
    const log = join(directory, 'testlog.txt')
    const argv = [program, `-test.testlogfile=${log}`, join(directory, 'data'), '/usr/share/doc', '/tmp/kernelkit-absent/x']
    expect(await chooseCarried(host, argv, hostRoot)).toEqual({
      into: [
        { kind: 'file', path: program, mode: 0o755 },
        { kind: 'directory', path: join(directory, 'data'), mode: 0o755 },
      ],
      back: [log],
    })
  })

  it('takes nothing that the guest sees: files of a share, programs of the system', async () => {
    const shared = { root: { kind: 'host' }, shares: { mounts: [{ at: directory }] } } as const
    expect(await chooseCarried(host, [program, program], shared)).toEqual({ into: [], back: [] })
    expect(await chooseCarried(host, ['/bin/sh', '-c', 'true'], imageRoot)).toEqual({ into: [], back: [] })
    expect(await chooseCarried(host, ['sh', '-c', 'true'], hostRoot)).toEqual({ into: [], back: [] })
  })

  it('refuses a program that was removed, with its path', async () => {
    await expect(chooseCarried(host, [join(directory, 'gone.test')], hostRoot)).rejects.toMatchObject({
      code: 'PROGRAM_MISSING',
      message: `the program ${directory}/gone.test does not exist on this machine.`,
    })
    await expect(chooseCarried(host, ['./gone'], imageRoot)).rejects.toMatchObject({ code: 'PROGRAM_MISSING' })
  })

  it('leaves a program that only the image has to the guest', async () => {
    expect(await chooseCarried(host, ['/opt/suite/run'], imageRoot)).toEqual({ into: [], back: [] })
  })
})
