import { existsSync, readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createConsoleReader, failingKinds, failingReports, judge, kunitTestOf } from '@kernelkit/core/console'
import { createKtapReader } from '@kernelkit/core/ktap'
import { allScenes, type Outcome, type Scene } from './lib/real-reports.ts'

const golden = new URL('../packages/core/src/report/golden/', import.meta.url)

/** What a run would have answered whose console is the golden one. */
function recall({ golden: name, script }: Scene): Outcome {
  const packed = new URL(`${name}/input.gz`, golden)
  const input = existsSync(packed) ? gunzipSync(readFileSync(packed)) : readFileSync(new URL(`${name}/input`, golden))
  const consoleLines = input.toString().split(/\r*\n/)
  const reader = createConsoleReader()
  const ktap = createKtapReader({ prefixed: true, versionless: false, kernelOnly: true })
  for (const line of consoleLines) {
    reader.read(line)
    ktap.read(line)
  }
  const facts = reader.facts()
  const results = ktap.finish()
  // With a command only what the kernel printed before its first process is certainly its own.
  const ownLines = script === undefined ? Infinity : consoleLines.findIndex((line) => /\] Run \S+ as init process/.test(line))
  const status = /kernelkit: command ended with (\d+)/.exec(consoleLines.join('\n'))?.[1]
  const { verdict } = judge({
    console: facts,
    failing: failingReports(facts.reports, { failOn: failingKinds, allowed: [], kunit: { results, ownLines } }),
    ready: true,
    agentFailure: undefined,
    command: status === undefined ? undefined : { exitCode: Number(status), signal: undefined },
    limit: undefined,
    silentMs: undefined,
    guestPanicked: false,
    shutdown: undefined,
    qemu: undefined,
    ...(script === undefined ? { kunit: results } : {}),
  })
  return {
    verdict,
    consoleLines,
    results,
    reports: facts.reports.map((report) => ({ ...report, test: kunitTestOf(results, report)?.name })),
  }
}

/** The same scenes are played in a guest by real-reports.vm.test.ts, where its kernel is at hand. */
describe('the golden console of a guest with the debug kernel', () => {
  it.each(allScenes)('shows: $title', (scene) => {
    expect(scene.observe(recall(scene))).toEqual(scene.expected)
  })
})
