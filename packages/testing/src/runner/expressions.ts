export type JobStatus = 'success' | 'failure' | 'cancelled'

/** Contexts of an expression: `steps`, `env`, `github`, `runner`, `job`. */
export type Contexts = Readonly<Record<string, unknown>>

/** Replace `${{ steps.X.outputs.Y }}` and other plain paths; the runner's operators and functions are not known here and throw. */
export function substitute(text: string, contexts: Contexts): string {
  return text.replaceAll(/\$\{\{(.*?)\}\}/gs, (_whole, expression: string) => lookUp(expression.trim(), contexts))
}

function lookUp(path: string, contexts: Contexts): string {
  const words = path.split('.')
  if (!words.every((word) => /^[A-Za-z_][\w-]*$/.test(word)) || !Object.hasOwn(contexts, words[0] ?? '')) {
    throw new Error(`the harness does not evaluate \${{ ${path} }}`)
  }
  let value: unknown = contexts
  for (const word of words) value = isRecord(value) && Object.hasOwn(value, word) ? value[word] : ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null
}

const conditions: Readonly<Record<string, (status: JobStatus) => boolean>> = {
  'always()': () => true,
  'success()': (status) => status === 'success',
  'failure()': (status) => status === 'failure',
  'cancelled()': (status) => status === 'cancelled',
  '!cancelled()': (status) => status !== 'cancelled',
}

/** Whether a step or post stage with this `if` runs. */
export function isMet(condition: string, status: JobStatus): boolean {
  const test = conditions[condition.replace(/^\$\{\{(.*)\}\}$/s, '$1').trim()]
  if (test === undefined) throw new Error(`the harness does not evaluate if: ${condition}`)
  return test(status)
}
