import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-run-action-'))
afterAll(() => rmSync(directory, { recursive: true }))

/** An action in a process of its own, as the runner starts it. */
function action(work: string, env: Readonly<Record<string, string>>) {
  const script = join(directory, 'main.mjs')
  const from = JSON.stringify(join(import.meta.dirname, 'run-action.ts'))
  writeFileSync(
    script,
    `import { runAction } from ${from}\nawait runAction({ inputs: [], directory: '/' }, async (action) => { ${work} })\n`,
  )
  const { status, stdout, stderr } = spawnSync(process.execPath, [script], {
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], HOME: directory, RUNNER_TEMP: directory, ...env },
  })
  return { status, stdout, stderr }
}

describe('a file of the runner that cannot be written', () => {
  it.each([
    ['GITHUB_OUTPUT', "action.setOutputs({ kernel: '/k' })"],
    ['GITHUB_ENV', "action.exportVariable('KERNELKIT_CACHE_DIR', '/c')"],
    ['GITHUB_PATH', "action.addPath('/p')"],
    ['GITHUB_STATE', "action.saveState('vm', 'name')"],
    ['GITHUB_STEP_SUMMARY', "action.summarise('# done')"],
  ])('%s ends the step with DISK_FULL and its path', (variable, work) => {
    expect(action(work, { [variable]: '/dev/full' })).toEqual({
      status: 1,
      stderr: '',
      stdout: expect.stringMatching(/^::error[^\n]*no space is left at \/dev\/full\./m) as string,
    })
    const file = join(directory, variable)
    writeFileSync(file, '')
    expect(action(work, { [variable]: file })).toMatchObject({ status: 0, stderr: '' })
    expect(readFileSync(file, 'utf8')).not.toBe('')
  })

  it('is named next to the error that the step had before', () => {
    const { status, stdout } = action("action.summarise('# begun'); throw new Error('the work failed')", {
      GITHUB_STEP_SUMMARY: '/dev/full',
    })
    expect(status).toBe(1)
    expect(stdout).toMatch(/^::error[^\n]*the work failed/m)
    expect(stdout).toMatch(/^::error[^\n]*no space is left at \/dev\/full/m)
  })
})
