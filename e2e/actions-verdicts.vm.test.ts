import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { JobResult, JobStep } from '@kernelkit/testing'
import { toyTree } from '../packages/kernel/test/toy-tree.ts'
import { newMachine, requireOutcomes, requireOutputs, stageOf, useAction, type Machine } from './lib/actions.ts'

const annotationsOf = (job: JobResult, id: string) => stageOf(job, id).annotations

describe('what went wrong is annotated at its line', { timeout: 30 * 60_000 }, () => {
  // The compiler's cache knows files by their path from the build directory: the tree is where that of the source package would be.
  const ownStore = 'store'
  let own: Machine
  let tree = ''
  beforeAll(async () => {
    own = await newMachine()
    const path = join(own.workspace, ownStore)
    await own.prime(path)
    tree = join(ownStore, 'source', readdirSync(join(path, 'source'))[0] ?? '', 'tree')
  })
  afterAll(() => own[Symbol.asyncDispose]())

  const runOwn = (steps: readonly JobStep[]) => own.run(steps, { env: { KERNELKIT_CACHE_DIR: join(own.workspace, ownStore) } })
  /** A user's tree with one file of his own. */
  const plant = (...code: readonly string[]): JobStep => ({
    id: 'checkout',
    'working-directory': tree,
    // These are hard links: a file that changes is replaced, never written.
    run: `{ grep -v planted init/Makefile; echo 'obj-y += planted.o'; } > Makefile.new
      mv Makefile.new init/Makefile
      printf '%s\n' "$CODE" > init/planted.c`,
    env: { CODE: code.join('\n') },
  })

  it('a compile error and a warning, at file and line', async () => {
    await using toy = await toyTree({ inGit: true })
    await using machine = await newMachine()
    const code = ['int planted(void)', '{', '\tint unused;', '\treturn missing;', '}']
    const job = await machine.run([
      { run: `git clone -q "$TREE" .; printf '%s\\n' "$CODE" > init/planted.c`, env: { TREE: toy.tree, CODE: code.join('\n') } },
      useAction('build-kernel', { config: 'toy.config' }),
    ])
    requireOutcomes(job, { 'build-kernel': 'failure' })
    const place = { file: 'init/planted.c' }
    expect(annotationsOf(job, 'build-kernel')).toContainEqual(
      expect.objectContaining({ level: 'error', ...place, line: '4', message: expect.stringMatching(/missing.*undeclared/) }),
    )
    expect(annotationsOf(job, 'build-kernel')).toContainEqual(
      expect.objectContaining({ level: 'warning', ...place, line: '3', message: expect.stringMatching(/unused variable/) }),
    )
    expect(stageOf(job, 'build-kernel').summary).toMatch(/was not built/)
  })

  it('a WARN of an initcall: verdict splat, at the line that the kernel named', async () => {
    const job = await runOwn([
      plant(
        '#include <linux/bug.h>',
        '#include <linux/init.h>',
        '',
        'static int __init planted(void)',
        '{',
        '\tWARN_ON(1);',
        '\treturn 0;',
        '}',
        'late_initcall(planted);',
      ),
      useAction('build-kernel', { source: tree }),
      useAction('boot-vm', { root: 'host', run: 'true' }),
    ])
    requireOutcomes(job, { 'build-kernel': 'success' })
    requireOutcomes(job, { 'boot-vm': 'failure' })
    requireOutputs(job, 'boot-vm', { verdict: 'splat', 'exit-code': '122' })
    expect(annotationsOf(job, 'boot-vm')).toContainEqual(
      expect.objectContaining({
        level: 'error',
        file: join(tree, 'init/planted.c'),
        line: '6',
        message: expect.stringContaining('planted'),
      }),
    )
    expect(stageOf(job, 'boot-vm').summary).toMatch(/init\/planted\.c:6/)
  })
})
