import { existsSync } from 'node:fs'
import { chmod, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { spawn } from 'node:child_process'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost, ownIdentity, type Host } from '@kernelkit/host'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { runtimeDirectory } from './runtime-directory.ts'
import { findVm, listVms, overlayStub, releaseVm, reserveVm, sweepVms, writeVmState, type VmPlace, type VmState } from './vm-state.ts'

let directory: string
let host: Host

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kk-'))
  host = nodeHost({ env: { ...process.env, XDG_RUNTIME_DIR: directory } })
})
afterEach(() => rm(directory, { recursive: true }))

async function stateOf(place: VmPlace, owner?: VmState['owner']): Promise<VmState> {
  return {
    ...place,
    owner: owner ?? (await ownIdentity(host)),
    startedAt: 1,
    agent: true,
    terminal: false,
    arch: 'x86_64',
    accel: 'tcg',
    machine: 'microvm',
    kernel: '/k',
    console: '/c',
    forwards: [],
    gdb: null,
    facts: {},
  }
}

describe('the runtime directory', () => {
  it('is kernelkit below XDG_RUNTIME_DIR, for its owner only', async () => {
    const path = await runtimeDirectory(host)
    expect(path).toBe(join(directory, 'kernelkit'))
    expect((await host.fs.stat(path)).mode & 0o777).toBe(0o700)
  })

  it('that others may enter is refused', async () => {
    await mkdir(join(directory, 'kernelkit'))
    await chmod(join(directory, 'kernelkit'), 0o755)
    await expect(runtimeDirectory(host)).rejects.toMatchObject({ code: 'RUNTIME_DIRECTORY' })
  })

  it('whose path would be too long for sockets is one in /tmp that only its owner may enter', async () => {
    const long = join(directory, 'x'.repeat(80))
    await mkdir(long)
    const other = nodeHost({ env: { ...process.env, XDG_RUNTIME_DIR: long } })
    const path = await runtimeDirectory(other)
    expect(path).toBe(`/tmp/kernelkit-${host.uid}`)
    expect(await host.fs.lstat(path)).toMatchObject({ uid: host.uid })
    expect((await host.fs.lstat(path)).mode & 0o777).toBe(0o700)
    expect(await readdir(long)).toEqual([])
  })

  it('is not made to list the VMs', async () => {
    expect(await listVms(host)).toEqual([])
    expect(await readdir(directory)).toEqual([])
  })
})

describe('a reserved VM', () => {
  it('has a directory of its own and its name for itself', async () => {
    const place = await reserveVm(host, { name: 'a' })
    expect((await host.fs.stat(place.directory)).mode & 0o777).toBe(0o700)
    await expect(reserveVm(host, { name: 'a' })).rejects.toMatchObject({ code: 'VM_NAME_TAKEN' })
    expect(await readdir(join(directory, 'kernelkit/vms'))).toEqual([place.id])
    await releaseVm(place, host)
    expect((await reserveVm(host, { name: 'a' })).name).toBe('a')
  })

  it('without a name is called by its id', async () => {
    const place = await reserveVm(host)
    expect(place.name).toBe(place.id)
  })

  it.each(['', '.', '../x', 'a/b', 'a b', '-a', 'x'.repeat(64)])('is not called %j', async (name) => {
    await expect(reserveVm(host, { name })).rejects.toMatchObject({ code: 'BAD_OPTION' })
  })

  it('goes to one of several that want its name at once', async () => {
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => reserveVm(host, { name: 'same' })))
    expect(outcomes.filter((outcome) => outcome.status === 'fulfilled')).toHaveLength(1)
  })
})

describe('the list', () => {
  it('is of running VMs only, oldest first', async () => {
    const [first, second] = [await reserveVm(host, { name: 'first' }), await reserveVm(host, { name: 'second' })]
    await writeVmState({ ...(await stateOf(second)), startedAt: 20 }, host)
    await writeVmState({ ...(await stateOf(first)), startedAt: 10 }, host)
    await reserveVm(host, { name: 'not-started' })
    expect((await listVms(host)).map((state) => state.name)).toEqual(['first', 'second'])
  })

  it('finds by name, id and beginning of the id, and suggests', async () => {
    const place = await reserveVm(host, { name: 'debug' })
    await writeVmState(await stateOf(place), host)
    for (const word of ['debug', place.id, place.id.slice(0, 5), undefined]) expect((await findVm(word, host)).id).toBe(place.id)
    await expect(findVm('debub', host)).rejects.toMatchObject({ code: 'VM_NOT_FOUND', hint: 'Did you mean debug?' })
  })

  it('asks which one when several run', async () => {
    for (const name of ['a', 'b']) await writeVmState(await stateOf(await reserveVm(host, { name })), host)
    await expect(findVm(undefined, host)).rejects.toThrow(/2 VMs are running: a, b/)
  })
})

describe('sweeping', () => {
  it('removes what a dead owner left, its name too', async () => {
    const place = await reserveVm(host, { name: 'dead' })
    const child = spawn('true')
    await new Promise((resolve) => child.once('exit', resolve))
    const own = await ownIdentity(host)
    if (own === undefined) throw new Error('no identity')
    const state = { ...(await stateOf(place, { ...own, pid: child.pid ?? 0 })), facts: { overlay: directory } }
    await writeVmState(state, host)
    const stub = overlayStub(state) ?? ''
    await writeFile(stub, '')
    await sweepVms(host)
    expect([existsSync(place.directory), existsSync(stub)]).toEqual([false, false])
    expect((await reserveVm(host, { name: 'dead' })).name).toBe('dead')
  })

  it('takes a pid that was given to another process for a dead owner', async () => {
    const place = await reserveVm(host)
    const own = await ownIdentity(host)
    if (own === undefined) throw new Error('no identity')
    await writeVmState(await stateOf(place, { ...own, startTicks: '1' }), host)
    expect(await listVms(host)).toEqual([])
  })

  it('keeps directories that are being made', async () => {
    const young = join(await runtimeDirectory(host), 'vms/young')
    await mkdir(young)
    await writeFile(join(young, 'half'), '')
    await sweepVms(host)
    expect(existsSync(young)).toBe(true)
  })
})
