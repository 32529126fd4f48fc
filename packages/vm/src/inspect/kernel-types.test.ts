import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeHost } from '@kernelkit/host'
import { readKernelTypes } from './kernel-types.ts'

// Names of the kernel, with members that are enough.
const source = `struct list_head { struct list_head *next, *prev; };
struct thread { long flags; long sp; };
struct task_struct { long first; struct list_head tasks; char comm[16]; struct thread thread; };
struct task_struct init_task;
int main(void) { return 0; }
`
let directory = ''
const compile = async (name: string, ...options: readonly string[]) => {
  const file = join(directory, `${name}.c`)
  await writeFile(file, source)
  const vmlinux = join(directory, name, 'vmlinux')
  execFileSync('sh', ['-c', 'mkdir "$0"; shift; exec gcc "$@"', join(directory, name), '', ...options, '-o', vmlinux, file])
  return vmlinux
}

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-types-'))
})
afterAll(() => rm(directory, { recursive: true }))

describe('types of a kernel without BTF', () => {
  it('are read by gdb out of its debug information', async () => {
    const { table, problem } = await readKernelTypes(nodeHost(), { vmlinux: await compile('full', '-g') })
    expect(problem).toBeUndefined()
    expect([table?.offset('task_struct.tasks'), table?.size('task_struct.tasks')]).toEqual([8, 16])
    expect(table?.offset('task_struct.thread.sp')).toBe(48)
    expect(table?.sizeOf('task_struct')).toBe(56)
    expect([table?.offset('task_struct.pid'), table?.unknown]).toEqual([undefined, []])
  })

  it('are not known without debug information, and what to do is said', async () => {
    const { table, problem } = await readKernelTypes(nodeHost(), { vmlinux: await compile('plain') })
    expect(table).toBeUndefined()
    expect(problem).toMatch(
      /its vmlinux has no BTF, and no full debug information; build it again with kernelkit, or with DEBUG_INFO_BTF=y$/,
    )
  })

  it('of an earlier kernelkit lack members, which are named', async () => {
    const vmlinux = await compile('earlier')
    await writeFile(join(vmlinux, '..', 'types.txt'), 'task_struct.tasks 8 16\ntask_struct.comm 24 16\n')
    const { table, problem } = await readKernelTypes(nodeHost(), { vmlinux })
    expect(table?.offset('task_struct.comm')).toBe(24)
    expect(problem).toMatch(/made by an earlier kernelkit and does not say where these are: .*\bmodule\.list\b.*; build the kernel again$/)
  })

  it('are not half read when gdb is too slow', async () => {
    const { table, problem } = await readKernelTypes(nodeHost(), { vmlinux: await compile('slow', '-g'), gdbLimitMs: 0 })
    expect(table).toBeUndefined()
    expect(problem).toContain('gdb did not read its debug information within 0 s')
  })
})
