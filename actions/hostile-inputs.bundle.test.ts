import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { runJob } from '@kernelkit/testing'
import { ownActions, readActionFile } from '../tools/own-actions.ts'
import { repository } from '../tools/source-files.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernelkit-hostile-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** What could lead a shell, make, tar, apt, the runner's log or a path astray, one a line; each would leave the file `harm`. */
const valueWith = (harm: string): string =>
  [
    `x$(touch ${harm})\`touch ${harm}\`; touch ${harm} # | touch ${harm}`,
    `x' ; touch ${harm} ; '" ; touch ${harm} ; "`,
    `A=$(shell touch ${harm})`,
    `--checkpoint-action=exec=touch\${IFS}${harm}`,
    `-oAPT::Update::Pre-Invoke::=touch\${IFS}${harm}`,
    `::set-env name=PATH::${harm}`,
    `##[set-env name=PATH]${harm}`,
    '../../../../etc/shadow',
  ].join('\n')

/** Without a tree, a mirror or a command that would do real work: what is asked for ends before that, or at once. */
const harmless: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'setup-kvm': { cache: 'false' },
  'build-kernel': { source: 'nowhere' },
  'bake-image': { suite: 'nosuchsuite', mirror: 'file:///nowhere' },
  'boot-vm': { run: 'true', kernel: 'nowhere' },
}

const cases = ownActions.flatMap((name) => {
  const { inputs } = parse(readActionFile(name, 'action.yml')) as { readonly inputs: Readonly<Record<string, unknown>> }
  return Object.keys(inputs).map((input) => [name, input] as const)
})

describe('an input never becomes a part of a shell line, nor an order to the runner', () => {
  it.each(cases)('%s: %s', async (action, input) => {
    const own = join(folder, `${action}-${input}`)
    const harm = join(own, 'harm')
    mkdirSync(own, { recursive: true })
    const { steps } = await runJob({
      folder: own,
      env: { HOME: own },
      repositories: { 'me/kernelkit': repository },
      steps: [{ uses: `me/kernelkit/actions/${action}@v0`, with: { ...harmless[action], [input]: valueWith(harm) } }],
    })
    expect(existsSync(harm)).toBe(false)
    for (const { main } of steps) {
      expect(main?.errors).toEqual([])
      // One line of each error stands for what was refused; a stack would be a bug.
      expect(main?.annotations.filter(({ title }) => title === 'INTERNAL')).toEqual([])
    }
  })
})
