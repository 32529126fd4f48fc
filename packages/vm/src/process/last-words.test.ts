import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { hasPanicked, vmLost } from './last-words.ts'

let directory: string
let path: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-last-words-'))
  path = join(directory, 'console.log')
})
afterAll(() => rm(directory, { recursive: true }))

async function lost(log: string) {
  await writeFile(path, log)
  return vmLost(nodeHost(), { why: 'the VM is gone', console: path })
}

it('of a guest that has gone are its panic, wherever the trace ends', async () => {
  const trace = Array.from({ length: 30 }, (_, i) => `[    2.0] Call ${i}\r\n`).join('')
  const error = await lost(`${'boot\n'.repeat(20_000)}[    1.9] Kernel panic - not syncing: sysrq triggered crash\r\n${trace}`)
  expect(error).toMatchObject({
    code: 'VM_LOST',
    verdict: 'vm-lost',
    message: 'the VM is gone. Its kernel panicked: sysrq triggered crash',
    hint: `Read its whole console: ${path}.`,
    details: { console: path },
  })
})

it('are the end of its console where there was no panic', async () => {
  const error = await lost(Array.from({ length: 50 }, (_, i) => `line ${i}\r\n`).join(''))
  expect(error.message).toBe(
    `the VM is gone. The end of its console:\n${Array.from({ length: 10 }, (_, i) => `line ${40 + i}`).join('\n')}`,
  )
})

it('are nothing where nothing was printed or kept', async () => {
  expect((await lost('')).message).toBe('the VM is gone.')
  await rm(path)
  expect((await vmLost(nodeHost(), { why: 'the VM is gone', console: path })).message).toBe('the VM is gone.')
})

it('say that the kernel has panicked, unless it has started again since', async () => {
  const panicked = async (log: string) => {
    await writeFile(path, log)
    return hasPanicked(nodeHost(), path)
  }
  const first = '[    0.000000] Linux version 6.12.1\n[    1.9] Kernel panic - not syncing: sysrq triggered crash\n'
  expect(await panicked(first)).toBe(true)
  expect(await panicked(`${first}[    0.000000] Linux version 6.12.1\n[    0.1] x\n`)).toBe(false)
  expect(await panicked('')).toBe(false)
})
