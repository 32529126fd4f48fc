import { nodeHost } from '@kernelkit/host'
import { expect, it } from 'vitest'
import { createKernelLog } from './kernel-log.ts'

const encode = (text: string) => new TextEncoder().encode(text)
const warning = '4,1,2000001,-;WARNING: CPU: 0 PID: 12 at fs/x.c:1 foo+0x1/0x2\n4,2,2000002,-;---[ end trace 0000000000000000 ]---\n'
const shown = '[    2.000001] WARNING: CPU: 0 PID: 12 at fs/x.c:1 foo+0x1/0x2\n[    2.000002] ---[ end trace 0000000000000000 ]---\n'

/** A console whose text a test can change. */
function consoleOf(text: string) {
  const added: string[] = []
  const capture = { recent: () => text, add: (lines: readonly string[]) => void added.push(...lines) }
  return { added, capture, prints: (more: string) => void (text += more) }
}

it('Reports that a console does not show are added to it, those that come late are not.', async () => {
  const hidden = consoleOf('[    1.000000] x\n')
  const log = createKernelLog(nodeHost(), hidden.capture)
  expect(log.shown()).toBeUndefined()
  // In two pieces, as frames are cut.
  const at = warning.indexOf('\n') + 1
  log.take(encode(warning.slice(0, at)))
  log.take(encode(warning.slice(at)))
  await log.shown()
  expect(hidden.added).toEqual(['kernelkit: the console does not show what the kernel has logged here:', ...shown.trimEnd().split('\n')])
  expect(log.shown()).toBeUndefined()

  const late = consoleOf('[    1.000000] x\n')
  const other = createKernelLog(nodeHost(), late.capture)
  other.take(encode(warning))
  setTimeout(() => late.prints(shown), 50)
  await other.shown()
  expect(late.added).toEqual([])
})

it('A report that comes in two seconds is added once, and whole; one that nothing follows is not waited for for long.', async () => {
  const hidden = consoleOf('[    1.000000] x\n')
  const log = createKernelLog(nodeHost(), hidden.capture)
  const at = warning.indexOf('\n') + 1
  log.take(encode(warning.slice(0, at)))
  await nodeHost().sleep(300)
  expect(hidden.added).toEqual([])
  log.take(encode(warning.slice(at)))
  await expect.poll(() => hidden.added.slice(1), { timeout: 60_000 }).toEqual(shown.trimEnd().split('\n'))

  const cut = consoleOf('[    1.000000] x\n')
  createKernelLog(nodeHost(), cut.capture).take(encode(warning.slice(0, at)))
  await expect.poll(() => cut.added, { timeout: 60_000 }).toHaveLength(2)
})

it('A guest that sends without end is read as far as is useful.', async () => {
  const flooded = consoleOf('')
  const log = createKernelLog(nodeHost(), flooded.capture)
  const block = encode('4,1,1,-;x\n'.repeat(3000))
  for (let sent = 0; sent < 64 * 2 ** 20; sent += block.length) log.take(block)
  await log.shown()
  expect(flooded.added).toEqual([])
})
