import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { connect } from 'node:net'
import { fileURLToPath } from 'node:url'
import { Writable } from 'node:stream'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { createFrameDecoder, maxFrameBytes } from '@kernelkit/core/agent'
import { scratchDirectory, testGround, type TestGround } from '../../test/guest.ts'
import type { Vm, VmEvent } from '../vm.ts'
import { connectVm } from './connect-vm.ts'
import { startDetachedVm } from './detached-vm.ts'
import { startVm } from './start-vm.ts'
import { stopVm } from './stop-vm.ts'
import { listVms, reserveVm } from './vm-state.ts'
import { onlyFull } from '../../../../e2e/lib/tiers.ts'

// Guests run under emulation on a busy host.
const patience = { timeout: 300_000 }
let ground: TestGround

beforeAll(async () => {
  ground = await testGround()
})

async function output(vm: Vm, argv: readonly string[]): Promise<string> {
  const chunks: Buffer[] = []
  const stdout = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  await vm.exec({ argv, stdout }).result
  return Buffer.concat(chunks).toString()
}

/** QEMU processes that carry a VM's id in their name. */
function qemuPids(id: string): readonly number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        const argv = readFileSync(`/proc/${pid}/cmdline`, 'utf8')
        return argv.startsWith('qemu') && argv.includes(`guest=kernelkit-${id}`)
      } catch {
        return false
      }
    })
}

describe('a VM of this process', () => {
  it('leaves no process and no directory', async () => {
    const request = await ground.request()
    {
      await using vm = await startVm(request, ground.host)
      expect(await output(vm, ['echo', 'up'])).toBe('up\n')
      expect(qemuPids(vm.id)).toHaveLength(1)
      expect((await listVms(ground.host)).map((state) => state.id)).toContain(vm.id)
    }
    expect(qemuPids(request.launch.id)).toEqual([])
    expect(existsSync(request.directory)).toBe(false)
    expect((await listVms(ground.host)).map((state) => state.id)).not.toContain(request.launch.id)
  })

  it('has its whole console in the file, from the first message to the last', async () => {
    const request = await ground.request()
    await using vm = await startVm(request, ground.host)
    expect((await vm.stop('poweroff')).exitCode).toBe(0)
    const text = readFileSync(request.consolePath, 'utf8')
    expect(text).toMatch(/^\[ +0\.000000\] Linux version/)
    expect(text.trimEnd().split('\n').at(-1)).toMatch(/reboot: Power down/)
  })

  it('reports its events in order', async () => {
    const request = await ground.request()
    await using vm = await startVm(request, ground.host)
    await vm.stop('poweroff')
    const events: VmEvent[] = []
    for await (const event of vm.events) events.push(event)
    const types = events.map((event) => event.type).filter((type) => type !== 'console')
    expect(types.filter((type) => type !== 'qmp')).toEqual(['ready', 'exited'])
    expect(events.find((event) => event.type === 'ready')).toMatchObject({ release: expect.stringMatching(/^\d+\.\d+/) })
    expect(events.find((event) => event.type === 'qmp' && event.event === 'SHUTDOWN')).toMatchObject({ data: { reason: 'guest-shutdown' } })
  })

  it('ends its commands with VM_LOST when it dies under them', async () => {
    await using vm = await startVm(await ground.request(), ground.host)
    await output(vm, ['true'])
    const command = vm.exec({ argv: ['sleep', '1000'] })
    await vm.stop('kill')
    await expect(command.result).rejects.toMatchObject({ code: 'VM_LOST', verdict: 'vm-lost' })
  })

  it('settles what is asked of it while its guest panics, and everything that is asked later', async () => {
    await using vm = await startVm(await ground.request(), ground.host)
    await output(vm, ['true'])
    const sleeping = vm.exec({ argv: ['sleep', '1000'] })
    const panicking = vm.exec({ argv: ['sh', '-c', 'echo c > /proc/sysrq-trigger'] })
    await expect(panicking.result).rejects.toMatchObject({ code: 'VM_LOST' })
    await expect(sleeping.result).rejects.toMatchObject({ code: 'VM_LOST' })
    await vm.exited
    await expect(vm.exec({ argv: ['true'] }).result).rejects.toMatchObject({ code: 'VM_LOST' })
    await expect(vm.qmp('query-status')).rejects.toThrow('QEMU is gone')
    vm.dump('t')
    await vm.stop('poweroff')
    for await (const event of vm.events) expect(event.type).not.toBe('agent-silent')
  })

  it('is ended by its abort signal', async () => {
    const abort = new AbortController()
    const request = await ground.request()
    const vm = await startVm(request, ground.host, { signal: abort.signal })
    abort.abort()
    expect(await vm.exited).toMatchObject({ signal: 'SIGKILL' })
    expect(qemuPids(request.launch.id)).toEqual([])
    expect(existsSync(request.directory)).toBe(false)
  })

  it('reports what the agent could not prepare', async () => {
    await using vm = await startVm(await ground.request({ append: 'kernelkit.mount=nosuch,/mnt/x,cow' }), ground.host)
    const command = vm.exec({ argv: ['true'] })
    await expect(command.result).rejects.toThrow(/cannot mount share nosuch at \/mnt\/x/)
    const failed = []
    for await (const event of vm.events) if (event.type === 'agent-failed') failed.push(event.message)
    expect(failed).toEqual([expect.stringContaining('cannot mount share nosuch')])
  })

  it(
    'says that its root has no ssh server when one was asked for',
    onlyFull('a guest more; e2e/bad-input.vm.test.ts asks the command'),
    async () => {
      await using vm = await startVm(await ground.request({ guest: { ssh: true } }), ground.host)
      await expect(vm.exec({ argv: ['true'] }).result).rejects.toThrow(/the root has no ssh server/)
    },
  )

  it('reports a panic on its console and ends', onlyFull('a guest more; another one panics above'), async () => {
    await using vm = await startVm(await ground.request(), ground.host)
    const command = vm.exec({ argv: ['sh', '-c', 'echo c > /proc/sysrq-trigger'] })
    await expect(command.result).rejects.toMatchObject({ code: 'VM_LOST' })
    expect((await vm.exited).signal).toBeUndefined()
    const lines: string[] = []
    for await (const event of vm.events) if (event.type === 'console') lines.push(event.line)
    expect(lines.join('\n')).toContain('Kernel panic - not syncing: sysrq triggered crash')
  })
})

describe('a guest that does not run', () => {
  it('is reported as silent, but not while it is paused on purpose', async () => {
    await using vm = await startVm(await ground.request(), ground.host)
    await output(vm, ['true'])
    await vm.qmp('stop')
    await ground.host.sleep(7000)
    await vm.qmp('cont')
    await output(vm, ['true'])
    process.kill(vm.qemuPid, 'SIGSTOP')
    const silences: number[] = []
    for await (const event of vm.events) {
      if (event.type === 'agent-silent') silences.push(event.silentMs)
      if (silences.length > 0) break
    }
    expect(silences).toEqual([expect.closeTo(5500, -4)])
    await vm.stop('kill')
  })
})

describe('a QEMU that does not start', () => {
  it('is explained, and nothing is left', async () => {
    const request = await ground.request({ launch: { kernel: '/no/such/kernel' } })
    await expect(startVm(request, ground.host)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    expect(existsSync(request.directory)).toBe(false)
  })

  it('that is not installed is named', async () => {
    await expect(startVm(await ground.request({ launch: { qemu: 'qemu-system-nosuch' } }), ground.host)).rejects.toMatchObject({
      code: 'QEMU_MISSING',
    })
  })

  it('is shown with what it was asked to list', async () => {
    const request = await ground.request({ launch: { extraArgs: ['-device', 'help'] } })
    await expect(startVm(request, ground.host)).rejects.toMatchObject({ code: 'QEMU_REFUSED', message: /name "virtio-/ })
  })

  it('refuses a file that is not a kernel', async () => {
    const path = join(scratchDirectory(), 'not-a-kernel')
    writeFileSync(path, 'x'.repeat(100_000))
    await expect(startVm(await ground.request({ launch: { kernel: path } }), ground.host)).rejects.toMatchObject({ code: 'NOT_A_KERNEL' })
  })
})

describe('a guest that ends before QEMU says that it runs', () => {
  it('has ended; QEMU did not fail to start', async () => {
    // What QEMU does when the first instruction resets the CPU, on a host that is busy at that moment.
    const program = join(scratchDirectory(), 'qemu-of-a-short-guest')
    writeFileSync(program, '#!/bin/sh\nexit 0\n', { mode: 0o755 })
    await using vm = await startVm(await ground.request({ launch: { qemu: program } }), ground.host)
    expect(await vm.exited).toMatchObject({ exitCode: 0 })
    await expect(output(vm, ['true'])).rejects.toMatchObject({ code: 'VM_LOST' })
  })
})

describe('a VM whose channel closes', () => {
  it('powers itself off', async () => {
    const request = await ground.request()
    await using vm = await startVm(request, ground.host)
    await output(vm, ['true'])
    // QEMU keeps running; only the agent's end of the channel is gone, as after a host process that was killed.
    vm.link?.disconnect()
    expect(await vm.exited).toMatchObject({ exitCode: 0 })
  })
})

describe('a VM in a process of its own', () => {
  it('is used by clients, and stopped by one', async () => {
    const request = await ground.request({ name: `detached-${process.pid}` })
    await using vm = await startDetachedVm(request, ground.host)
    expect(await output(vm, ['echo', 'first'])).toBe('first\n')
    await using other = await connectVm(request.name, ground.host)
    const outputs = await Promise.all(
      Array.from({ length: 10 }, (_, index) => output(index % 2 === 0 ? vm : other, ['echo', String(index)])),
    )
    expect(outputs).toEqual(outputs.map((_, index) => `${index}\n`))
    const [state] = (await listVms(ground.host)).filter(({ name }) => name === request.name)
    expect(state?.owner?.pid).not.toBe(process.pid)
    if (state === undefined) throw new Error('not listed')
    await stopVm(state, ground.host, 'poweroff')
    expect(qemuPids(state.id)).toEqual([])
    expect(existsSync(request.directory)).toBe(false)
    await expect(connectVm(request.name, ground.host)).rejects.toMatchObject({ code: 'VM_NOT_FOUND' })
  })

  it('ends a command whose client has gone', async () => {
    const request = await ground.request()
    await using vm = await startDetachedVm(request, ground.host)
    const client = await connectVm(request.launch.id, ground.host)
    const command = client.exec({ argv: ['sleep', '1234'] })
    command.result.catch(() => {})
    await expect.poll(() => output(vm, ['ps', 'ax']), patience).toContain('sleep 1234')
    await client[Symbol.asyncDispose]()
    await expect.poll(() => output(vm, ['ps', 'ax']), patience).not.toContain('sleep 1234')
    await vm.stop('kill')
  })

  it('refuses a name that is taken', async () => {
    const request = await ground.request({ name: `taken-${process.pid}` })
    await using vm = await startDetachedVm(request, ground.host)
    await expect(reserveVm(ground.host, { name: request.name })).rejects.toMatchObject({ code: 'VM_NAME_TAKEN' })
    await vm.stop('kill')
    // Its owner releases the name when QEMU has ended.
    const again = await vi.waitFor(() => reserveVm(ground.host, { name: request.name }), patience)
    await ground.host.fs.rm(again.directory, { recursive: true })
  })

  it('reports why it could not start', async () => {
    const request = await ground.request({ launch: { kernel: '/no/such/kernel' } })
    await expect(startDetachedVm(request, ground.host)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' })
    expect(existsSync(request.directory)).toBe(false)
  })

  it('takes QEMU with it when it is killed, and the next command sweeps the rest', async () => {
    const request = await ground.request({ name: `killed-${process.pid}` })
    await using vm = await startDetachedVm(request, ground.host)
    await output(vm, ['true'])
    const [state] = (await listVms(ground.host)).filter(({ name }) => name === request.name)
    process.kill(state?.owner?.pid ?? 0, 'SIGKILL')
    await expect.poll(() => qemuPids(request.launch.id), patience).toEqual([])
    expect((await listVms(ground.host)).map(({ name }) => name)).not.toContain(request.name)
    expect(existsSync(request.directory)).toBe(false)
  })

  it('ends cleanly on SIGTERM', async () => {
    const request = await ground.request()
    await using vm = await startDetachedVm(request, ground.host)
    const [state] = (await listVms(ground.host)).filter(({ id }) => id === request.launch.id)
    process.kill(state?.owner?.pid ?? 0, 'SIGTERM')
    await vm.exited
    await expect.poll(() => existsSync(request.directory), patience).toBe(false)
    expect(qemuPids(request.launch.id)).toEqual([])
  })
})

describe('a process that owns a VM and is killed', () => {
  it('leaves no QEMU', async () => {
    const request = await ground.request()
    const module = fileURLToPath(new URL('../../dist/process/start-vm.js', import.meta.url))
    const script = `
      import { startVm } from ${JSON.stringify(module)}
      import { nodeHost } from '@kernelkit/host'
      const vm = await startVm(${JSON.stringify(request)}, nodeHost())
      await vm.exec({ argv: ['true'] }).result
      console.log('up')
    `
    const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
      cwd: fileURLToPath(new URL('../..', import.meta.url)),
    })
    await new Promise((resolve) => child.stdout.once('data', resolve))
    expect(qemuPids(request.launch.id)).toHaveLength(1)
    child.kill('SIGKILL')
    await expect.poll(() => qemuPids(request.launch.id), patience).toEqual([])
    await listVms(ground.host)
    expect(existsSync(request.directory)).toBe(false)
  })
})

describe('an unknown client of the control socket', () => {
  it('that sends nonsense is disconnected, and the VM keeps running', async () => {
    const request = await ground.request()
    await using vm = await startVm(request, ground.host)
    const socket = connect(join(request.directory, 'control.sock'))
    socket.on('data', createFrameDecoder(maxFrameBytes))
    socket.write('GET / HTTP/1.1\r\n\r\n')
    await new Promise((resolve) => socket.once('close', resolve))
    expect(await output(vm, ['echo', 'on'])).toBe('on\n')
  })
})
