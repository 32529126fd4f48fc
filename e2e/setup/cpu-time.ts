import { afterAll } from 'vitest'
import { childCpuSeconds } from '../../tools/cpu-time.ts'

declare module 'vitest' {
  interface TaskMeta {
    /** What a file's process and those that it started computed; guests that outlive it are not in it. */
    cpuSeconds?: number
  }
}

// Each file of the VM tests has a process of its own.
// oxlint-disable-next-line no-empty-pattern -- Vitest wants the fixtures of the first argument by name: none
afterAll(({}, { meta }) => {
  meta.cpuSeconds = childCpuSeconds() + process.cpuUsage().user / 1e6 + process.cpuUsage().system / 1e6
})
