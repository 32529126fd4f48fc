import { parseCacheSpec } from '@kernelkit/core/options/commands'
import { listStoreItems, removeStoreItem, selectForPrune, type StoreItem } from '@kernelkit/host'
import type { CommandContext, RawOptions } from '../command.ts'
import { formatAge, formatBytes } from '../output/quantities.ts'
import { formatTable } from '../output/table.ts'

/** `cache ls`: what the store holds. `cache prune`: less of it, never what is in use. */
export async function cache(context: CommandContext, args: readonly string[], options: RawOptions): Promise<number> {
  const spec = parseCacheSpec(args, options)
  const store = await context.store({ looks: spec.action === 'ls' })
  const items = await listStoreItems(context.host, store)
  if (spec.action === 'ls') {
    list(
      context,
      store.root,
      items.filter(({ kind }) => spec.kinds.length === 0 || spec.kinds.includes(kind)),
    )
    return 0
  }
  const { remove, kept } = selectForPrune(items, spec, context.host.now())
  for (const item of kept) context.host.log.info(`kept ${nameOf(item)}: ${item.inUse ?? 'in use'}`)
  const removed: StoreItem[] = []
  for (const item of remove) {
    context.signal.throwIfAborted()
    if (!context.dryRun) await removeStoreItem(context.host, store, item)
    removed.push(item)
    context.host.log.info(`${context.dryRun ? 'would remove' : 'removed'} ${nameOf(item)} (${formatBytes(item.bytes)})`)
  }
  const freed = sumBytes(removed)
  if (context.json) {
    context.printJson({
      root: store.root,
      dryRun: context.dryRun,
      removed: removed.map(toJson),
      kept: kept.map(toJson),
      bytes: freed,
      left: sumBytes(items) - freed,
    })
  } else {
    const left = formatBytes(sumBytes(items) - freed)
    context.print(
      `${context.dryRun ? 'would free' : 'freed'} ${formatBytes(freed)}; ${context.dryRun ? `${left} would be left` : `${left} left`} in ${store.root}`,
    )
  }
  return 0
}

function list(context: CommandContext, root: string, items: readonly StoreItem[]): void {
  if (context.json) {
    context.printJson({ root, items: items.map(toJson), bytes: sumBytes(items) })
    return
  }
  const nowMs = context.host.now()
  const rows = items.map((item) => [
    item.kind,
    shortName(item),
    formatBytes(item.bytes),
    `${formatAge(nowMs - item.usedAtMs)} ago`,
    item.label ?? '',
    item.inUse ?? '',
  ])
  if (rows.length > 0) context.print(formatTable(['kind', 'name', 'size', 'used', 'what', 'in use'], rows))
  context.print(`${formatBytes(sumBytes(items))} in ${root}`)
}

function toJson(item: StoreItem): Readonly<Record<string, unknown>> {
  const { kind, name, path, bytes, usedAtMs, label, inUse } = item
  return { kind, name, path, bytes, usedAt: new Date(usedAtMs).toISOString(), label: label ?? null, inUse: inUse ?? null }
}

function nameOf(item: StoreItem): string {
  return `${item.kind} ${shortName(item)}${item.label === undefined ? '' : ` (${item.label})`}`
}

function shortName({ entry, name }: StoreItem): string {
  return entry === undefined ? (name === '.' ? '' : name) : name.slice(0, 12)
}

function sumBytes(items: readonly StoreItem[]): number {
  return items.reduce((sum, { bytes }) => sum + bytes, 0)
}
