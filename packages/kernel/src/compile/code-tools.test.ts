import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { codeToolVersions } from './code-tools.ts'

let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-test-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function program(name: string, script: string): Promise<string> {
  const path = join(directory, name)
  await writeFile(path, `#!/bin/sh\n${script}\n`)
  await chmod(path, 0o755)
  return path
}

const versions = (options: Partial<Parameters<typeof codeToolVersions>[1]>) =>
  codeToolVersions(nodeHost({ env: { PATH: `${directory}:/bin` } }), { btf: false, rust: false, variables: [], ...options })

describe('codeToolVersions', () => {
  it('codeToolVersions runs nothing when nothing is wanted', async () => {
    await program('pahole', 'echo v1.24')
    expect(await versions({})).toEqual([])
  })

  it('codeToolVersions changes with the version of a tool, and with its absence', async () => {
    await program('pahole', 'echo v1.24')
    await program('rustc', 'echo rustc 1.78.0')
    expect(await versions({ btf: true, rust: true })).toEqual(['pahole: v1.24', 'rustc: rustc 1.78.0', 'bindgen: none'])
  })

  it('codeToolVersions asks the program that the make variable names', async () => {
    const own = await program('own-pahole', 'echo v1.30')
    expect(await versions({ btf: true, variables: [['PAHOLE', own]] })).toEqual([`${own}: v1.30`])
  })
})
