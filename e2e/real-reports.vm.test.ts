import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { debugKernel, debugKernelLimitMs, noDebugKernel, type DebugKernel } from './lib/debug-kernel.ts'
import { kernelSource, lineOf } from './lib/kernel-source.ts'
import { kernelkit } from './lib/kernelkit.ts'
import {
  bugs,
  firstReports,
  kasanKunit,
  kunit,
  lockdep,
  panics,
  stalls,
  survived,
  survivedCrashes,
  type Outcome,
  type Report,
  type Scene,
} from './lib/real-reports.ts'

let debug: DebugKernel | undefined
let source = ''

beforeAll(async () => {
  debug = await debugKernel()
  if (debug !== undefined) source = await kernelSource()
}, debugKernelLimitMs)

beforeEach(({ skip }) => skip(debug === undefined, noDebugKernel))

interface Played {
  readonly outcome: Outcome
  /** File of the console. */
  readonly log: string
  /** To be equal; a difference shows where the console is, and what the run printed. */
  readonly seen: unknown
  readonly expected: unknown
}

/** Programs of the host over 9p; an emulated guest pays for each CPU and for memory that KASAN watches. */
async function play(scene: Scene): Promise<Played> {
  const { script, options = [] } = scene
  const small = ['-m', '1G', ...(options.includes('-c') ? [] : ['-c', '1'])]
  const root = script === undefined ? [] : ['--root', 'host', '--no-cwd']
  const command = script === undefined ? [] : ['--', 'sh', '-c', script]
  const words = ['run', '-k', debug?.kernel ?? '', '--json', ...root, ...small, ...options, ...command]
  const { stdout, stderr } = await kernelkit(words, { timeoutMs: 9 * 60_000 })
  const { console: log, ...result } = JSON.parse(stdout) as Omit<Outcome, 'consoleLines'> & { readonly console: string }
  const outcome: Outcome = { ...result, consoleLines: (await readFile(log, 'utf8')).split('\n') }
  const evidence = { log, stderr }
  return { outcome, log, seen: { ...evidence, seen: scene.observe(outcome) }, expected: { ...evidence, seen: scene.expected } }
}

/** The same reports with the lines that vmlinux knows. */
async function decode({ log }: Played): Promise<readonly Report[]> {
  const decoded = await kernelkit(['report', '--json', '--vmlinux', debug?.vmlinux ?? '', log])
  return (JSON.parse(decoded.stdout) as Outcome).reports
}

describe('crashes that the guest survives', () => {
  it('are distinguished in one run, with kind, function and line of each', async () => {
    const played = await play(survived)
    expect(played.seen).toEqual(played.expected)
    const decoded = firstReports({ ...played.outcome, reports: await decode(played) })
    for (const { name, kind, file, guilty, after, function: blamed = `lkdtm_${name}` } of survivedCrashes) {
      const line = await lineOf(join(source, file), guilty, after ?? `${blamed}(`)
      expect.soft(decoded.get(name), name).toMatchObject({ kind, function: blamed, source: file, line })
    }
  })
})

/** The last crash of a guest, with its line. */
async function lastCrash(scene: Scene, kind: string): Promise<Report | undefined> {
  const played = await play(scene)
  expect(played.seen).toEqual(played.expected)
  return (await decode(played)).find((report) => report.kind === kind)
}

describe('crashes that end the guest', () => {
  it('are panics: sysrq, an oops, a stack without end', async () => {
    const line = await lineOf(join(source, 'drivers/tty/sysrq.c'), 'panic(')
    expect(await lastCrash(panics.sysrq, 'panic')).toMatchObject({ source: 'drivers/tty/sysrq.c', line })
    expect(await lastCrash(panics.oops, 'gpf')).toMatchObject({ source: bugs })
    const stack = await lastCrash(panics.stack, 'stack-overflow')
    const recursion = await lineOf(join(source, bugs), 'ret = recursive_loop(')
    expect(stack?.trace).toContainEqual(expect.objectContaining({ function: 'recursive_loop', source: bugs, line: recursion }))
  })
})

describe('guests that stop making progress', () => {
  it.each(stalls)('are hangs: $kind', async (scene) => {
    const decoded = await lastCrash(scene, scene.kind)
    const near = await lineOf(join(source, bugs), scene.guilty, `${scene.blamed}(`)
    expect(decoded?.source).toBe(bugs)
    // A loop is at any of its lines.
    expect(Math.abs((decoded?.line ?? 0) - near)).toBeLessThanOrEqual(1)
  })
})

describe('lockdep', () => {
  it('distinguishes deadlocks of its own tests by the function that takes the lock', async () => {
    const { seen, expected } = await play(lockdep.own)
    expect(seen).toEqual(expected)
  })

  it('and the scheduler complain of a spinlock that is held on the way out', async () => {
    const { seen, expected } = await play(lockdep.held)
    expect(seen).toEqual(expected)
  })
})

describe('KUnit in a kernel that looks for defects', () => {
  it('passes although its tests fault and dump stacks on purpose', async () => {
    const { seen, expected } = await play(kunit)
    expect(seen).toEqual(expected)
  })

  it("blames each of KASAN's own tests, in its own file", async () => {
    const played = await play(kasanKunit)
    expect(played.seen).toEqual(played.expected)
    const decoded = await decode(played)
    const elsewhere = decoded.filter((report) => report.source !== 'mm/kasan/kasan_test_c.c')
    expect(elsewhere.map(({ function: blamed, source: file }) => `${blamed ?? ''} ${file ?? ''}`)).toEqual([])
  })
})
