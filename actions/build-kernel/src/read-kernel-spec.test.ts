import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { givenOptions, writeError } from '@kernelkit/core/options'
import { nodeHost } from '@kernelkit/host'
import { afterAll, describe, expect, it } from 'vitest'
import { readKernelSpec } from './read-kernel-spec.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-spec-'))
afterAll(() => rmSync(scratch, { recursive: true }))

const read = (make: readonly string[]) =>
  readKernelSpec({ host: nodeHost({ cwd: scratch }), inputs: givenOptions({ make, source: 'linux' }), readAlso() {}, workspace: scratch })

describe('the inputs of build-kernel', () => {
  it('pass each line of make on as a variable of make', async () => {
    expect((await read(['W=1', 'KCFLAGS=-Og -g'])).makeVariables).toEqual([
      ['W', '1'],
      ['KCFLAGS', '-Og -g'],
    ])
  })

  it('refuse a line of make that is not a variable', async () => {
    const error = await read(['W=1', 'bzImage']).catch((thrown: unknown) => thrown)
    if (!(error instanceof UserError)) throw error
    expect(writeError(error, { door: 'action' })).toMatchObject({
      message: "the input `make` has the line 'bzImage'; allowed: make variables, NAME=VALUE, one a line.",
      hint: 'Leave out targets, which the action chooses, and name the source in the input `source`.',
    })
  })
})
