import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { renderTypeSource, typeTableScript } from '@kernelkit/core/kbuild'

it('the table of types has a line for each member that was asked for, without numbers where the kernel lacks it', () => {
  const build = mkdtempSync(join(tmpdir(), 'kernelkit-types-'))
  try {
    mkdirSync(join(build, 'init'))
    // As kbuild leaves it.
    writeFileSync(join(build, 'init', '.main.o.cmd'), `savedcmd_init/main.o := gcc -O2 -c -o init/main.o ${build}/init/main.c\n`)
    const [code, table] = [join(build, 'types.c'), join(build, 'types.txt')]
    const own = 'struct list_head { void *next, *prev; }; struct task_struct { long first; struct list_head tasks; };'
    writeFileSync(
      code,
      renderTypeSource()
        .replaceAll(/^#include .*$/gm, '')
        .replace('void kernelkit_types', `${own} void kernelkit_types`),
    )
    execFileSync('sh', ['-c', typeTableScript, 'sh', build, code, table])
    const lines = readFileSync(table, 'utf8').trimEnd().split('\n')
    const asked = [...renderTypeSource().matchAll(/"->(\S+) /g)].map(([, name]) => name)
    expect(lines.slice(0, 2)).toEqual(['task_struct.tasks 8 16', 'task_struct 24'])
    expect(lines.slice(2)).toEqual(asked.filter((name) => name !== 'task_struct.tasks' && name !== 'task_struct'))
  } finally {
    rmSync(build, { recursive: true })
  }
})
