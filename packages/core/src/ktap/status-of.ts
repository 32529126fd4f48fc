import type { ResultLine } from './parse-line.ts'
import type { TestStatus } from './result.ts'

/** Only these directives change the status; an unknown one leaves ok and not ok (ktap.rst). */
export function statusOf(line: ResultLine): TestStatus {
  if (line.directive === 'skip' || line.directive === 'todo' || line.directive === 'xfail') return line.directive
  return line.ok ? 'pass' : 'fail'
}

/** The text behind `#`, and the directives that have no status of their own. */
export function reasonOf(line: ResultLine): string | undefined {
  const words = [...(line.directive === 'timeout' || line.directive === 'error' ? [line.directive] : []), line.reason]
  const text = words.filter((word) => word !== '').join(': ')
  return text === '' ? undefined : text
}
