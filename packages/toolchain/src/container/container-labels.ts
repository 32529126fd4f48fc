import { parseIdentity, type ProcessIdentity } from '@kernelkit/host'

/** On every container and image of ours (`docker ps --filter label=kernelkit`). */
export const ownLabel = 'kernelkit'
const ownerLabel = 'kernelkit.owner'

/** Labels of a container: what it is for, and the process that it belongs to. */
export function renderLabels(options: {
  readonly purpose: string
  readonly owner: ProcessIdentity | undefined
}): Readonly<Record<string, string>> {
  return { [ownLabel]: options.purpose, ...(options.owner === undefined ? {} : { [ownerLabel]: JSON.stringify(options.owner) }) }
}

/** The process that a container belongs to, `undefined` when the labels do not say. */
export function parseOwner(labels: Readonly<Record<string, string>>): ProcessIdentity | undefined {
  try {
    return parseIdentity(JSON.parse(labels[ownerLabel] ?? ''))
  } catch {
    return undefined
  }
}
