import type { Host } from '@kernelkit/host'
import { renderParagraph } from '@kernelkit/vm/internal'
import type { FinishedTest } from './finished-test.ts'
import { verdictOf } from './test-result.ts'

// A screen's worth of each.
const shownLines = 20

/** What to show of a test that did not pass, or not at once: the end of the streams of the last such run, then what `run` would print. */
export async function renderFailedTest(host: Pick<Host, 'fs'>, { decisive, runs }: FinishedTest): Promise<readonly string[]> {
  const result = runs.findLast((run) => verdictOf(run) !== 'pass') ?? decisive
  if (result.kind !== 'run' || verdictOf(result) === 'pass') {
    return result.kind === 'error' && result.error.hint !== undefined ? [`Hint: ${result.error.hint}`] : []
  }
  const { outcome, paths } = result.run
  // A failed test has printed why; the kernel's last lines would hide it.
  const paragraph = renderParagraph({ outcome, paths, tail: verdictOf(result) !== 'fail', keptName: undefined })
  const [stdout, stderr] = await Promise.all([endOf(host, result.stdout), endOf(host, result.stderr)])
  const shown = (name: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [`--- ${result.name}: the end of its ${name} ---`, ...lines]
  return [...shown('stdout', stdout), ...shown('stderr', stderr), ...paragraph, '']
}

async function endOf(host: Pick<Host, 'fs'>, path: string): Promise<readonly string[]> {
  const file = await host.fs.open(path, 'r')
  try {
    const { size } = await file.stat()
    // A test may have written gigabytes.
    const buffer = Buffer.alloc(Math.min(size, 16_384))
    await file.read(buffer, 0, buffer.length, size - buffer.length)
    const text = buffer.toString('utf8').trimEnd()
    return text === '' ? [] : text.split('\n').slice(-shownLines)
  } finally {
    await file.close()
  }
}
