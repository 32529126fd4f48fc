import { expect, it } from 'vitest'
import { importClosure } from './import-closure.ts'

it('the handler of `run` needs at most 200 files', () => {
  const files = importClosure('packages/cli/src/handlers/run.ts')
  // What every run does is among them, what few do is not.
  expect(files).toEqual(expect.arrayContaining(['packages/vm/src/session/session.ts', 'packages/core/src/console/verdict.ts']))
  expect(files.filter((file) => /\/(?:library|terminal|symbolise|dockerode|kconfig)\//.test(file))).toEqual([])
  expect(files.length).toBeLessThanOrEqual(200)
})

it('an index file leads to what is asked of it, or to everything', () => {
  const byName = importClosure('packages/vm/src/session/session.ts')
  expect(byName).not.toContain('packages/host/src/index.ts')
  const whole = importClosure('packages/vm/src/session/session.ts', 'whole')
  expect(whole).toEqual(expect.arrayContaining([...byName]))
  expect(whole).toContain('packages/host/src/index.ts')
})
