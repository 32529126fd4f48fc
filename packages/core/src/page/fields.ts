import { UserError, command, message } from '../errors/index.ts'

/** An object of a result document, read key by key: what has another form is refused with its place. */
export type Fields = Readonly<Record<string, unknown>>

export function objectAt(value: unknown, where: string): Fields {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields
  throw damaged(where, 'an object', value)
}

export function listAt(value: unknown, where: string): readonly unknown[] {
  if (value === null || value === undefined) return []
  if (Array.isArray(value)) return value
  throw damaged(where, 'a list', value)
}

export function textAt(value: unknown, where: string): string | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'string') return value
  throw damaged(where, 'a text', value)
}

export function numberAt(value: unknown, where: string): number | undefined {
  if (value === null || value === undefined) return undefined
  if (typeof value === 'number' && Number.isFinite(value)) return value
  throw damaged(where, 'a number', value)
}

export function damaged(where: string, wanted: string, value: unknown): UserError {
  return new UserError('BAD_RESULTS', `${where} is ${describe(value)}, where ${wanted} is expected.`, {
    hint: message`Name a result.json, the directory of a run, or what ${command('kernelkit test --json')} printed, unchanged.`,
    details: { where },
  })
}

function describe(value: unknown): string {
  if (value === undefined) return 'missing'
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  const text = JSON.stringify(value)
  return typeof value === 'object' ? 'an object' : text.length > 60 ? `${text.slice(0, 60)}…` : text
}
