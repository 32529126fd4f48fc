import type { Host } from '@kernelkit/host'
import { formatTable } from '../output/table.ts'

/** One row of the table: what was done, from what, how long it took. */
export interface QuickstartStep {
  readonly name: string
  readonly seconds: number
  readonly note: string
}

/** Times the steps of quickstart in their order. */
export function createStepList(host: Pick<Host, 'monotonicMs'>) {
  const steps: QuickstartStep[] = []
  const begin = (name: string) => {
    const startedAt = host.monotonicMs()
    return { end: (note: string): void => void steps.push({ name, seconds: (host.monotonicMs() - startedAt) / 1000, note }) }
  }
  return {
    steps: steps as readonly QuickstartStep[],
    /** A step that the caller ends, once. */
    begin,
    /** Do `work`, note its time and what `describe` says of its result. */
    async time<T>(name: string, work: () => Promise<T>, describe: (result: T) => string): Promise<T> {
      const step = begin(name)
      const result = await work()
      step.end(describe(result))
      return result
    },
  }
}

/** The table at the end of quickstart. */
export function renderSteps(steps: readonly QuickstartStep[]): string {
  const total = steps.reduce((sum, step) => sum + step.seconds, 0)
  const rows = steps.map((step) => [step.name, step.seconds.toFixed(1), step.note])
  return formatTable(['step', 'seconds', 'what'], [...rows, ['total', total.toFixed(1), '']])
}
