import { renderValue, type ConfigRequest } from '@kernelkit/core/kconfig'
import { formatTable } from './table.ts'

/** Options with who asked for them and why. */
export function renderRequests(requests: readonly ConfigRequest[]): string {
  return formatTable(
    ['option', 'asked by', 'why'],
    requests.map(({ symbol, value, origin }) => [`${symbol}=${renderValue(value)}`, origin.where, origin.why ?? '']),
  )
}
