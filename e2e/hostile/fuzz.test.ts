import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, it } from 'vitest'
import { createConsoleReader, failingKinds, failingReports, judge } from '@kernelkit/core/console'
import { UserError } from '@kernelkit/core/errors'
import { createKtapReader, createKtapText, renderResults, type KtapResults } from '@kernelkit/core/ktap'
import { junitSuites } from '@kernelkit/core/ktap/junit'
import { renderReport, reportDocument, type KernelReport } from '@kernelkit/core/report'
import { createReportScanner } from '@kernelkit/core/report/log'
import { printable } from '@kernelkit/core/text'
import { nodeHost } from '@kernelkit/host'
import { decodeReports } from '@kernelkit/host/symbolise'
import { readKernelImage } from '../../packages/vm/src/resolve/kernel-image.ts'
import { readKernelOptions } from '../../packages/vm/src/resolve/kernel-options.ts'
import { kernelRelease } from '../../packages/vm/src/resolve/kernel-version.ts'
import { bzImage, vmlinux } from '../../packages/vm/test/fixture-kernels.ts'
import { fuzz, fuzzLimitMs, mutate, type Random } from '../lib/fuzz.ts'
import { terminalAttacks } from './terminal-attacks.ts'

const core = new URL('../../packages/core/src/', import.meta.url)

/** Inputs of golden directories: what the cases begin with. */
function golden(...directories: readonly string[]): readonly Buffer[] {
  return directories.flatMap((directory) =>
    readdirSync(new URL(directory, core), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('/input'))
      .map((name) => readFileSync(new URL(`${directory}${name}`, core)).subarray(0, 64 * 1024)),
  )
}

const logTokens = [
  ...terminalAttacks,
  '\n',
  '\r',
  '\u0000',
  '[    1.000000] ',
  '[    1.000000][  T12] ',
  '<6>',
  'Linux version 6.12 (x)\n',
  'Run /init as init process\n',

  'WARNING: CPU: 0 PID: 1 at fs/x.c:1 foo+0x1/0x2\n',
  '------------[ cut here ]------------\n',
  '---[ end trace 0 ]---\n',
  'Call Trace:\n',

  'BUG: KASAN: use-after-free in foo\n',
  'Kernel panic - not syncing: x\n',
  ' a::b::<c>+0x1/0x2\n',
  ' foo from bar+0x1/0x2\n',
  ' at: foo+0x1/0x2\n',

  'cat invoked oom-killer: gfp_mask=0x0\n',
  'cat[1]: segfault at 0\n',
  'INFO: task a:1 blocked for more than 1 seconds.\n',
  '=====',
  ' kernel: ',
  '12:00:00 ',
  ': ',
  '::',
  '[',
  ']',
  '(',
  '+0x',
  '\u2028',
  '\u0085',
  '1..2\n',
  'ok 1 a\n',
  'KTAP version 1\n',
  '# Subtest: s\n',
]
const tapTokens = [
  '\n',
  '    ',
  '\t',
  '# ',
  'TAP version 13\n',
  'TAP version 14\n',
  'KTAP version 1\n',
  '1..3\n',
  '1..0 # skip\n',
  '1..99999999999\n',
  '1..',
  '# Subtest: a\n',

  'ok 1 a\n',
  'not ok 2 b\n',
  'ok\n',
  'not ok',
  ' # SKIP x\n',
  ' # TODO x\n',
  '  ---\n',
  '  ...\n',
  'Bail out! x\n',
  'pragma +strict\n',
  '\\#',
  '\u2028',
  '\u0085',
  '[    1.000000] ',
  '\u0000',
  '999999999999999999999',
  'kunit executor: x\n',
  'reboot: x\n',
]

/** Pieces of any size: what is read must not depend on them. */
function pieces(random: Random, bytes: Uint8Array): readonly Uint8Array[] {
  const parts: Uint8Array[] = []
  for (let at = 0; at < bytes.length;) {
    const length = 1 + random.int(random.chance(2) ? 64 : 64 * 1024)
    parts.push(bytes.subarray(at, at + length))
    at += length
  }
  return parts
}

function scan(parts: readonly Uint8Array[]): { readonly reports: readonly KernelReport[]; readonly lines: number } {
  const reports: KernelReport[] = []
  const scanner = createReportScanner((report) => reports.push(report))
  for (const part of parts) scanner.write(part)
  scanner.end()
  return { reports, lines: scanner.lines() }
}

const logs = golden('report/golden/', 'report/golden-formats/')
const results = golden('ktap/golden/')

it(
  'a log, however damaged, is read, judged and shown, and the same in any pieces',
  async () => {
    const cases = await fuzz('logs', (random) => {
      const bytes = mutate(random, random.pick(logs), logTokens)
      const { reports, lines } = scan([bytes])
      expect(scan(pieces(random, bytes)).reports.map(reportDocument)).toEqual(reports.map(reportDocument))
      for (const report of reports) {
        expect(report.startLine).toBeGreaterThan(0)
        expect(report.endLine).toBeGreaterThanOrEqual(report.startLine)
        expect(report.endLine).toBeLessThanOrEqual(lines)
        expect(printable(printable(renderReport('log', report)))).toBe(printable(renderReport('log', report)))
        JSON.stringify(reportDocument(report))
      }
      const reader = createConsoleReader()
      for (const line of bytes.toString('utf8').split('\n')) reader.read(line)
      const facts = reader.facts()
      const failing = failingReports(facts.reports, { failOn: failingKinds, allowed: [] })
      const nothing = { agentFailure: undefined, limit: undefined, silentMs: undefined, shutdown: undefined, qemu: undefined }
      const { verdict } = judge({
        ...nothing,
        console: facts,
        failing,
        ready: true,
        command: { exitCode: 0, signal: undefined },
        guestPanicked: false,
      })
      expect(verdict === 'pass').toBe(failing.length === 0 && facts.panic === undefined && facts.omitted === 0)
    })
    expect(cases).toBeGreaterThan(0)
  },
  fuzzLimitMs,
)

function readResults(parts: readonly Uint8Array[], prefixed: boolean): KtapResults {
  const reader = createKtapReader({ prefixed, versionless: true })
  const text = createKtapText(reader)
  for (const part of parts) text.push(part)
  text.end()
  return reader.finish()
}

it(
  'results, however damaged, are read and shown, the same in any pieces, and a failed one never passes',
  async () => {
    const cases = await fuzz('TAP and KTAP', (random) => {
      const bytes = mutate(
        random,
        random.chance(3) ? Buffer.from('TAP version 13\n1..2\nok 1 a\nok 2 b\n') : random.pick(results),
        tapTokens,
      )
      const prefixed = random.chance(2)
      const whole = readResults([bytes], prefixed)
      expect(readResults(pieces(random, bytes), prefixed)).toEqual(whole)
      renderResults(whole)
      junitSuites(whole, { name: 'x' })
      JSON.stringify(whole)
      // Whatever came before: a result that was not there before and failed.
      const failed = readResults([bytes, Buffer.from(`\n...\nTAP version 13\n1..1\nnot ok 1 zzz\n`)], prefixed)
      expect(failed.status).not.toMatch(/^(?:pass|skip)$/)
    })
    expect(cases).toBeGreaterThan(0)
  },
  fuzzLimitMs,
)

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-fuzz-'))
afterAll(() => rmSync(directory, { recursive: true }))

const images = [
  bzImage({ release: '6.12', wide: true, config: 'CONFIG_NET=y\n' }),
  bzImage({ release: '6.12', wide: false }),
  vmlinux({ pvh: true }),
  Buffer.concat([
    vmlinux({ pvh: false }),
    Buffer.from('IKCFG_ST'),
    gzipSync('CONFIG_NET=y\n'),
    Buffer.from('IKCFG_EDLinux version 6.12 (x)'),
  ]),
]
const imageTokens = ['\u0000', '\u007FELF', 'HdrS', 'IKCFG_ST', 'IKCFG_ED', 'Linux version 6.12 ', '\uFFFF', '\u0001\u0000\u0000\u0000']

it(
  'a kernel image or vmlinux, however damaged, is read or refused with an error that says so',
  async () => {
    const host = nodeHost()
    const path = join(directory, 'kernel')
    const { reports } = scan(logs.slice(0, 1))
    const cases = await fuzz('kernel images', async (random) => {
      writeFileSync(path, mutate(random, random.pick(images), imageTokens))
      try {
        const image = await readKernelImage(host, path)
        await readKernelOptions(host, image)
        await kernelRelease(host, image)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
      }
      await decodeReports(host, { vmlinux: path, reports: reports.slice(0, 1) })
    })
    expect(cases).toBeGreaterThan(0)
  },
  fuzzLimitMs,
)
