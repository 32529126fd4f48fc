import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { createKtapReader, createKtapText, renderResults, type KtapResults, type TestResult } from './index.ts'

const golden = new URL('golden/', import.meta.url)

/** As `kernelkit ktap` reads a file. */
function read(bytes: Uint8Array): KtapResults {
  const reader = createKtapReader({ prefixed: true, versionless: true })
  const text = createKtapText(reader)
  text.push(bytes)
  text.end()
  return reader.finish()
}

function outline(tests: readonly TestResult[], indent = ''): readonly string[] {
  return tests.flatMap(({ status, number, name, reason, tests: below }) => [
    `${indent}${status} ${number ?? '-'} ${name}${reason === undefined ? '' : ` # ${reason}`}`,
    ...outline(below, `${indent}    `),
  ])
}

/**
 * Whole outputs of real test programs, and what is to be read from them. `run-kselftest`: run_kselftest.sh of Linux 6.12 with the collections
 * futex, kcmp, sigaltstack, size, splice, sysctl and timers, in an emulated guest of kernelkit's default kernel.
 */
describe('the output of a real test program', () => {
  it.each(readdirSync(golden))('%s holds the results that are expected of it', async (name) => {
    const results = read(readFileSync(new URL(`${name}/input`, golden)))
    const lines = [...outline(results.tests), '', ...renderResults(results)]
    await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot(new URL(`${name}/expected`, golden).pathname)
  })
})
