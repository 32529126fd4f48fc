import { createReadStream } from 'node:fs'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { bootVm } from './boot-vm.ts'

const kernel = process.env['KERNELKIT_TEST_KERNEL']
if (kernel === undefined) throw new Error('KERNELKIT_TEST_KERNEL does not name a kernel; run these tests with `npm run test:vm`')

test('A program boots a guest with the root of this machine and a shared directory, runs commands, and leaves nothing running.', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-library-'))
  try {
    await writeFile(join(directory, 'word'), 'shared\n')
    await using vm = await bootVm({ kernel, root: 'host', accel: 'tcg', shares: [{ host: directory, guest: '/mnt/src' }] })
    expect(await vm.exec(['cat', '/mnt/src/word'])).toEqual({ exitCode: 0, signal: undefined, stdout: 'shared\n', stderr: '' })
    expect(await vm.exec(['sh', '-c', 'echo "$WORD" >&2; exit 9'], { env: { WORD: 'w' } })).toMatchObject({ exitCode: 9, stderr: 'w\n' })
    expect((await vm.exec(['uname', '-r'])).stdout.trim()).toBe(vm.release)
    const octal = await vm.exec(['printf', String.raw`a\377\000b`], { encoding: 'buffer' })
    expect([...octal.stdout]).toEqual([0x61, 0xff, 0, 0x62])
    await expect(vm.exec(['cat'], { stdin: createReadStream('/no/such/file') })).rejects.toMatchObject({ code: 'STDIN_FAILED' })
    const warning = ['WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2', '---[ end trace 0000000000000000 ]---']
    await vm.exec(['sh', '-c', warning.map((line) => `echo '${line}' > /dev/kmsg`).join('; ')])
    for await (const event of vm.events) {
      if (event.type !== 'report') continue
      expect(event.report).toMatchObject({ kind: 'warning', source: 'kernel/foo.c', line: 12 })
      break
    }
    expect(await readdir(vm.evidence)).toEqual(expect.arrayContaining(['console.log', 'replay.sh']))
    const [sleeping] = await Promise.allSettled([vm.exec(['sleep', '1000']), vm[Symbol.asyncDispose]()])
    expect(sleeping).toMatchObject({ status: 'rejected', reason: { code: 'VM_LOST' } })
    await expect(vm.exec(['true'])).rejects.toMatchObject({ code: 'VM_LOST' })
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})

test('A guest that panics and stays settles the commands of then and of later.', async () => {
  await using vm = await bootVm({ kernel, root: 'host', accel: 'tcg', append: ['panic=0'] })
  const commands = [
    ['sleep', '1000'],
    ['sh', '-c', 'echo c > /proc/sysrq-trigger'],
  ].map((argv) => vm.exec(argv))
  for (const ended of await Promise.allSettled(commands)) expect(ended).toMatchObject({ status: 'rejected', reason: { code: 'VM_LOST' } })
  await expect(vm.exec(['true'])).rejects.toMatchObject({ code: 'VM_LOST' })
})

test('A guest that never serves commands is an error with the last lines of its console.', async () => {
  await expect(bootVm({ kernel, root: 'host', accel: 'tcg', append: ['rdinit=/nosuch', 'root=/dev/nosuch'] })).rejects.toMatchObject({
    code: 'BOOT_FAILED',
    verdict: 'boot-fail',
    message: expect.stringMatching(/panic/i),
  })
})
