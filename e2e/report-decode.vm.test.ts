import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, testArtifacts } from './lib/kernelkit.ts'

const { kernel, image } = testArtifacts()
const vmlinux = process.env['KERNELKIT_TEST_VMLINUX'] ?? ''
let directory = ''
let log = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-decode-'))
  const { stdout } = await kernelkit(['run', '--json', '-k', kernel, '--image', image, '--', 'sh', '-c', 'echo c > /proc/sysrq-trigger'], {
    cwd: directory,
  })
  log = String((JSON.parse(stdout) as Record<string, unknown>)['console'])
}, 300_000)
afterAll(() => rm(directory, { recursive: true, force: true }))

describe('kernelkit report --vmlinux on the console of a guest that crashed', () => {
  it('shows the line of the panic and those of its callers, relative to the tree', async () => {
    const { exitCode, stdout } = await kernelkit(['report', '--json', '--vmlinux', vmlinux, log])
    expect(exitCode).toBe(0)
    const document = JSON.parse(stdout) as {
      readonly reports: readonly {
        readonly trace: readonly { readonly function: string; readonly source: string | null; readonly line: number }[]
      }[]
      readonly problems: unknown
    }
    expect(document).toMatchObject({
      reports: [{ kind: 'panic', function: 'sysrq_handle_crash', source: 'drivers/tty/sysrq.c', process: 'sh' }],
      problems: [],
    })
    const places = new Map(document.reports[0]?.trace.map((frame) => [frame.function, frame.source]))
    expect(Object.fromEntries(places)).toMatchObject({
      panic: 'kernel/panic.c',
      write_sysrq_trigger: 'drivers/tty/sysrq.c',
      vfs_write: 'fs/read_write.c',
    })
    expect(document.reports[0]?.trace.filter(({ source, line }) => source === null || !(line > 0))).toEqual([])
  })
})
