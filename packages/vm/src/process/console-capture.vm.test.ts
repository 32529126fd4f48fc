import { readFileSync } from 'node:fs'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { testGround } from '../../test/guest.ts'
import { startVm } from './start-vm.ts'

// A busy host lets a process wait far longer than the 10 ms for which the kernel's driver waits for a serial port.
it('loses nothing of the console while this process is blocked', async () => {
  const ground = await testGround()
  const request = await ground.request({ append: 'printk.devkmsg=on' })
  const vm = await startVm(request, ground.host)
  try {
    const stall = setInterval(() => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200), 201)
    const script = 'i=0; while [ $i -lt 1500 ]; do i=$((i+1)); echo "mark $i of 1500" > /dev/kmsg; done'
    const { exitCode } = await vm.exec({
      argv: ['sh', '-c', script],
      stdout: new PassThrough().resume(),
      stderr: new PassThrough().resume(),
    }).result
    clearInterval(stall)
    expect(exitCode).toBe(0)
  } finally {
    await vm[Symbol.asyncDispose]()
  }
  const seen = [...readFileSync(request.consolePath, 'utf8').matchAll(/\] mark (\d+) of 1500\r?$/gm)].map(([, number]) => Number(number))
  expect(seen).toEqual(Array.from({ length: 1500 }, (_, index) => index + 1))
})
