import { expect, it } from 'vitest'
import { toyTree } from '../packages/kernel/test/toy-tree.ts'
import { newMachine, requireOutcomes, stageOf, useAction } from './lib/actions.ts'

it('a compile error and a warning are annotated at file and line', async () => {
  await using toy = await toyTree({ inGit: true })
  await using machine = await newMachine()
  const code = ['int planted(void)', '{', '\tint unused;', '\treturn missing;', '}']
  const job = await machine.run([
    { run: `git clone -q "$TREE" .; printf '%s\\n' "$CODE" > init/planted.c`, env: { TREE: toy.tree, CODE: code.join('\n') } },
    useAction('build-kernel', { config: 'toy.config' }),
  ])
  requireOutcomes(job, { 'build-kernel': 'failure' })
  const { annotations, summary } = stageOf(job, 'build-kernel')
  const place = { file: 'init/planted.c' }
  expect(annotations).toContainEqual(
    expect.objectContaining({ level: 'error', ...place, line: '4', message: expect.stringMatching(/missing.*undeclared/) }),
  )
  expect(annotations).toContainEqual(
    expect.objectContaining({ level: 'warning', ...place, line: '3', message: expect.stringMatching(/unused variable/) }),
  )
  expect(summary).toMatch(/was not built/)
})
