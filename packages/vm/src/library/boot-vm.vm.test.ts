import { once } from 'node:events'
import { createReadStream } from 'node:fs'
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { PassThrough } from 'node:stream'
import { setImmediate as immediately } from 'node:timers/promises'
import { UserError } from '@kernelkit/core/errors'
import { nodeHost, type Host } from '@kernelkit/host'
import { defaultStoreRoot, openStore } from '@kernelkit/host/store'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { bootInLibrary, bootVm } from './boot-vm.ts'
import type { BootedVm } from './guest-types.ts'

const kernel = process.env['KERNELKIT_TEST_KERNEL']
if (kernel === undefined) throw new Error('KERNELKIT_TEST_KERNEL does not name a kernel; run these tests with `npm run test:vm`')

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-library-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

describe('A program with the root of this machine', () => {
  let vm: BootedVm
  const lines: string[] = []
  beforeAll(async () => {
    await writeFile(join(directory, 'word'), 'shared\n')
    await writeFile(join(directory, 'disk'), Buffer.alloc(1 << 20))
    vm = await bootVm(
      {
        kernel,
        root: 'host',
        accel: 'tcg',
        shares: [{ host: directory, guest: '/mnt/src' }],
        disks: [join(directory, 'disk')],
        persist: true,
        forwards: ['0:80'],
      },
      { log: (line, level) => lines.push(`${level} ${line}`) },
    )
  })
  afterAll(() => vm[Symbol.asyncDispose]())

  test('runs commands in it, and is shown the decisions.', async () => {
    expect(await vm.exec(['cat', '/mnt/src/word'])).toEqual({ exitCode: 0, signal: undefined, stdout: 'shared\n', stderr: '' })
    expect(await vm.exec(['sh', '-c', 'echo "$WORD" >&2; exit 9'], { env: { WORD: 'w' } })).toMatchObject({ exitCode: 9, stderr: 'w\n' })
    expect((await vm.exec(['uname', '-r'])).stdout.trim()).toBe(vm.release)
    const octal = await vm.exec(['printf', String.raw`a\377\000b`], { encoding: 'buffer' })
    expect([...octal.stdout]).toEqual([0x61, 0xff, 0, 0x62])
    expect(vm).toMatchObject({ accel: 'tcg', machine: expect.any(String) as string })
    expect(vm.forwards).toEqual([{ protocol: 'tcp', address: '127.0.0.1', hostPort: expect.any(Number) as number, guestPort: 80 }])
    expect(vm.forwards[0]?.hostPort).toBeGreaterThan(0)
    expect(lines).toContainEqual(expect.stringMatching(/^info kernel /))
    expect(lines).toContainEqual('info accel tcg (as asked)')
  })

  test('writes texts, bytes and streams to the stdin of a command, and chooses its user and directory.', async () => {
    expect((await vm.exec(['cat'], { stdin: 'täxt' })).stdout).toBe('täxt')
    expect((await vm.exec(['cat'], { stdin: '' })).stdout).toBe('')
    expect([...(await vm.exec(['cat'], { stdin: Uint8Array.of(0, 255), encoding: 'buffer' })).stdout]).toEqual([0, 255])
    await expect(vm.exec(['cat'], { stdin: createReadStream('/no/such/file') })).rejects.toMatchObject({ code: 'STDIN_FAILED' })
    expect((await vm.exec(['sh', '-c', 'id -u; id -g; pwd'], { user: '12:34', cwd: '/mnt/src' })).stdout).toBe('12\n34\n/mnt/src\n')
    await expect(vm.exec(['a\0b'])).rejects.toMatchObject({ code: 'BAD_OPTION', message: expect.stringContaining('NUL byte') })
    await expect(vm.exec(['true'], { user: 'no such' })).rejects.toMatchObject({ code: 'BAD_OPTION' })
  })

  test('ends a command that takes too long, and is shown what it printed.', async () => {
    const argv = ['sh', '-c', 'echo begun; exec sleep 100000']
    const error: unknown = await vm.exec(argv, { timeoutMs: 4000 }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(UserError)
    expect(error).toMatchObject({
      code: 'COMMAND_TIMEOUT',
      verdict: 'timeout',
      details: { timeoutMs: 4000, stdout: 'begun\n', stderr: '' },
    })
    expect(error).toMatchObject({ message: 'the command `' + argv.join(' ') + '` did not end within 4 s.' })
    // It is killed in the guest, too.
    const gone = `while grep -aqs '^sleep.100000' /proc/[0-9]*/cmdline; do sleep 0.1; done`
    expect(await vm.exec(['sh', '-c', gone])).toMatchObject({ exitCode: 0 })
    const reason = new Error('enough')
    await expect(vm.exec(['sleep', '100000'], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    // Whatever the reason is, as signals have it.
    await expect(vm.exec(['sleep', '100000'], { signal: AbortSignal.abort('now') })).rejects.toBe('now')
    const abort = new AbortController()
    const running = vm.exec(['sleep', '100000'], { signal: abort.signal })
    setTimeout(() => abort.abort('later'), 100)
    await expect(running).rejects.toBe('later')
  })

  test('gets signals that are sent before it has the command.', async () => {
    for (const [signal, number] of [
      ['SIGKILL', 9],
      ['SIGTERM', 15],
    ] as const) {
      const sleeping = vm.spawn(['sleep', '100000'])
      sleeping.kill(signal)
      expect(await sleeping.exit).toEqual({ exitCode: 128 + number, signal: number })
    }
  })

  test('reads the output of a command while it runs, and signals it.', async () => {
    const echo = vm.spawn(['sh', '-c', 'trap "echo caught; exit 5" INT; echo ready; while :; do sleep 0.1; done'])
    const seen: string[] = []
    for await (const line of createInterface({ input: echo.stdout })) {
      seen.push(line)
      if (line === 'ready') echo.kill('SIGINT')
    }
    expect(seen).toEqual(['ready', 'caught'])
    expect(await echo.exit).toEqual({ exitCode: 5, signal: undefined })
    const keys = new PassThrough()
    const cat = vm.spawn(['cat'], { stdin: keys })
    keys.write('one')
    const [chunk] = (await once(cat.stdout, 'data')) as [Buffer]
    expect(chunk.toString()).toBe('one')
    keys.end()
    expect(await cat.exit).toMatchObject({ exitCode: 0 })
    // More than every buffer on the way holds: nothing is lost while it is not read.
    const { stdout, exit } = vm.spawn(['head', '-c', '3000000', '/dev/zero'])
    await vm.exec(['true'])
    expect((await stdout.toArray()).reduce((sum: number, piece: Buffer) => sum + piece.length, 0)).toBe(3_000_000)
    expect(await exit).toMatchObject({ exitCode: 0 })
    expect(() => cat.kill('SIGNOT' as 'SIGINT')).toThrow("`signal` is 'SIGNOT'")
  })

  test('powers it off: the disk has what was written, the report of the kernel makes the verdict, commands are lost.', async () => {
    const warning = ['WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2', '---[ end trace 0000000000000000 ]---']
    await vm.exec(['sh', '-c', warning.map((line) => `echo '${line}' > /dev/kmsg`).join('; ')])
    for await (const event of vm.events) {
      if (event.type !== 'report') continue
      expect(event.report).toMatchObject({ kind: 'warning', source: 'kernel/foo.c', line: 12 })
      break
    }
    await vm.exec(['sh', '-c', 'echo kept > /dev/vda'])
    expect(await readdir(vm.evidence)).toEqual(expect.arrayContaining(['console.log', 'replay.sh']))
    const read = async () => {
      const types: string[] = []
      for await (const { type } of vm.events) types.push(type)
      return types
    }
    const unread = vm.spawn(['cat', '/dev/zero'])
    const commands = [vm.exec(['sleep', '100000']), vm.exec(['cat'], { stdin: new PassThrough() }), unread.exit]
    const [verdict, seen, ...lost] = await Promise.allSettled([vm.powerOff(), read(), ...commands])
    for (const one of lost) expect(one).toMatchObject({ status: 'rejected', reason: { code: 'VM_LOST' } })
    expect(seen).toMatchObject({ status: 'fulfilled', value: expect.arrayContaining(['ready', 'exited']) as unknown })
    expect(await read()).toContain('exited')
    expect(verdict).toMatchObject({
      status: 'fulfilled',
      value: { verdict: 'splat', what: expect.stringContaining('kernel/foo.c:12') as string, failing: [{ kind: 'warning' }] },
    })
    expect(await vm.stop()).toEqual(await vm.ended)
    expect((await readFile(join(directory, 'disk'))).subarray(0, 5).toString()).toBe('kept\n')
    expect(JSON.parse(await readFile(join(vm.evidence, 'result.json'), 'utf8'))).toMatchObject({ verdict: 'splat', exitCode: 122 })
    await expect(vm.exec(['true'])).rejects.toMatchObject({ code: 'VM_LOST' })
  })
})

test('A guest that panics and stays settles everything that waits for it, then and later, and leaves no timer.', async () => {
  const machine = nodeHost()
  let timers = 0
  const host: Host = {
    ...machine,
    sleep: (ms, signal) => {
      timers++
      return machine.sleep(ms, signal).finally(() => timers--)
    },
  }
  const store = () => openStore(host, defaultStoreRoot(host))
  const vm = await bootInLibrary({ kernel, root: 'host', accel: 'tcg', append: ['panic=0'] }, { host, store })
  const read = async () => {
    for await (const { type } of vm.events) if (type === 'exited') return type
    return 'ended'
  }
  const spawned = vm.spawn(['sleep', '1000'])
  const reading = [read(), spawned.stdout.toArray(), spawned.stderr.toArray()]
  const commands = [
    ['sleep', '1000'],
    ['sh', '-c', 'echo c > /proc/sysrq-trigger'],
  ].map((argv) => vm.exec(argv))
  const withInput = vm.exec(['cat'], { stdin: new PassThrough() })
  for (const ended of await Promise.allSettled([spawned.exit, withInput, ...commands]))
    expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'VM_LOST' } })
  await expect(vm.exec(['true'])).rejects.toMatchObject({ code: 'VM_LOST' })
  await expect(vm.spawn(['true']).exit).rejects.toMatchObject({ code: 'VM_LOST' })
  const verdict = await vm.ended
  expect(verdict).toMatchObject({ verdict: 'panic', what: expect.stringContaining('sysrq') as string })
  expect(await Promise.all(reading)).toEqual(['exited', [], []])
  expect(await Promise.all([vm.powerOff(), vm.stop(), read()])).toEqual([verdict, verdict, 'exited'])
  spawned.kill()
  await vm[Symbol.asyncDispose]()
  // A timer that is left would keep the program running.
  await immediately()
  expect(timers).toBe(0)
})

test('Everything that waits for a guest settles when it is disposed.', async () => {
  const vm = await bootVm({ kernel, root: 'host', accel: 'tcg' })
  const spawned = vm.spawn(['sleep', '1000'])
  const output = spawned.stdout.toArray()
  const waiting = Promise.allSettled([vm.exec(['sleep', '1000']), vm.exec(['cat'], { stdin: new PassThrough() }), spawned.exit])
  const later = Promise.allSettled([vm.ended, vm[Symbol.asyncDispose](), vm.stop(), vm.powerOff()])
  for (const lost of await waiting) expect(lost).toMatchObject({ status: 'rejected', reason: { code: 'VM_LOST' } })
  for (const ended of await later) expect(ended).toMatchObject({ status: 'fulfilled' })
  expect(await output).toEqual([])
  for await (const { type } of vm.events) expect(type).not.toBe('agent-silent')
  await expect(vm.exec(['true'])).rejects.toMatchObject({ code: 'VM_LOST' })
})

test('A boot that its caller gives up is an error, early and late.', async () => {
  const given = { kernel, root: 'host', accel: 'tcg', append: ['rdinit=/nosuch', 'root=/dev/nosuch', 'panic=0'] } as const
  await expect(bootVm(given, { signal: AbortSignal.abort(new Error('not now')) })).rejects.toThrow('not now')
  await expect(bootVm(given, { signal: AbortSignal.timeout(300) })).rejects.toThrow(/timeout/)
})

test('A guest that never serves commands is an error with the last lines of its console.', async () => {
  await expect(bootVm({ kernel, root: 'host', accel: 'tcg', append: ['rdinit=/nosuch', 'root=/dev/nosuch'] })).rejects.toMatchObject({
    code: 'BOOT_FAILED',
    verdict: 'boot-fail',
    message: expect.stringMatching(/panic/i),
  })
})
