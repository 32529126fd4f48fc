import { basename, join, resolve } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import { renderJunit, type JunitSuite } from '@kernelkit/core/ktap/junit'
import { textOption } from '@kernelkit/core/options'
import { mergeShards, parseHistory, parseStoredResults, renderRecord, type MergedResults, type ReadShard } from '@kernelkit/core/trials'
import { openHistory } from '@kernelkit/host/history'
import { cleanGuestFiles, makeNamedDirectory, renderFindings } from '@kernelkit/host/files'
import { prepareOutFile, writeOutFile, type Host } from '@kernelkit/host'
import type { CommandContext, RawOptions } from '../command.ts'
import { judgeMerged, mergedDocument, renderMerged } from '../suite/merged-summary.ts'
import { resultsFile } from '../suite/stored-results.ts'

/** `kernelkit merge`: the results of all shards as those of one run, by the same rules; a cell that no shard has run is red. */
export async function merge(context: CommandContext, words: readonly string[], options: RawOptions): Promise<number> {
  const { host } = context
  const found = await Promise.all(words.map((word) => readShards(host, word)))
  const shards = found.flat()
  if (shards.length === 0) throw nothingToMerge(words)
  for (const [index, word] of words.entries())
    if (found[index]?.length === 0) host.log.warn(`${word} has no ${resultsFile}: its shard is lost`)
  const merged = mergeShards(shards)
  const named = textOption(options, 'junit')
  const out = textOption(options, 'out')
  if (context.dryRun) {
    context.print(`merge ${shards.map(({ directory }) => directory).join(', ')}`)
    return 0
  }
  if (out !== undefined) await collect(host, { out, shards })
  await record(context, shards)
  const junit = named === undefined ? undefined : await prepareOutFile(host, { option: 'junit', named })
  if (junit !== undefined) await writeOutFile(host, junit, await renderMergedJunit(merged, shards))
  const { verdict, exitCode, counts } = judgeMerged(merged, shards)
  if (context.json) {
    const at = (directory: string) => resolve(host.cwd, out ?? directory)
    const evidence = out === undefined ? null : at(out)
    context.printJson({ verdict, exitCode, ...mergedDocument(merged, { shards, at, evidence, junit: junit ?? null }) })
  } else for (const line of renderMerged(merged, shards)) context.print(line)
  const missing = merged.lostShards.map((index) => `${index}/${merged.of ?? 1}`)
  if (merged.lost.length > 0)
    context.printError(`lost: ${merged.lost.join(', ')}${missing.length === 0 ? '' : ` (no results of shard ${missing.join(', ')})`}`)
  context.printError(`kernelkit: verdict=${verdict} exit=${exitCode} ${counts}`)
  return exitCode
}

/** In the history of this store, so that the next plan is balanced by what all machines measured; shards that ran here are in it. */
async function record(context: CommandContext, shards: readonly ReadShard[]): Promise<void> {
  const { records } = parseHistory(
    shards
      .flatMap(({ stored }) => stored.records ?? [])
      .map((one) => `${JSON.stringify(one)}\n`)
      .join(''),
  )
  if (records.length === 0) return
  const history = await openHistory(context.host, await context.store())
  const known = new Set((await history.read()).map(renderRecord))
  await history.append(records.filter((one) => !known.has(renderRecord(one))))
}

/** A directory with results, or those in it; none of a shard that is lost. */
async function readShards(host: Host, named: string): Promise<readonly ReadShard[]> {
  const directory = resolve(host.cwd, named)
  const here = await readShard(host, directory, named)
  if (here !== undefined) return [here]
  const names: readonly string[] = await host.fs.readdir(directory).catch(() => [])
  const inside = await Promise.all(names.toSorted().map((name) => readShard(host, join(directory, name), join(named, name))))
  return inside.filter((one) => one !== undefined)
}

function nothingToMerge(words: readonly string[]): UserError {
  return new UserError('FILE_NOT_FOUND', `there is no ${resultsFile} in ${words.join(', ')}, nor in a directory of it.`, {
    hint: 'Name what `kernelkit test` or `matrix` was given as --evidence.',
    details: { paths: words },
  })
}

async function readShard(host: Host, directory: string, named: string): Promise<ReadShard | undefined> {
  const text = await host.fs.readFile(join(directory, resultsFile), 'utf8').catch(() => undefined)
  if (text === undefined) return undefined
  const stored = parseStoredResults(text)
  if (stored !== undefined) return { directory: named, stored }
  throw new UserError('BAD_MERGE', `${join(named, resultsFile)} is not what \`kernelkit test\` or \`matrix\` writes.`, {
    hint: 'Run the shard again, with the same version of kernelkit as the merge.',
    details: { path: join(directory, resultsFile) },
  })
}

function renderMergedJunit({ results, lost }: MergedResults, shards: readonly ReadShard[]): Promise<string> {
  // Written by this program, and looked at before.
  const suites = results.flatMap(({ result }) => result.suites as readonly JunitSuite[])
  const missing = lost.map((name): JunitSuite => {
    const outcome = { kind: 'error', type: 'lost', message: 'no shard has its result', text: [] } as const
    return { name, seconds: 0, cases: [{ name, classname: name, seconds: 0, outcome, output: [] }] }
  })
  return renderJunit([...suites, ...missing], { name: shards[0]?.stored.title ?? 'kernelkit' })
}

/** The evidence of all shards in one directory: those of tests have names of their own. Nothing in it leads out of it, whatever another job left. */
async function collect(host: Host, { out, shards }: { readonly out: string; readonly shards: readonly ReadShard[] }): Promise<void> {
  const to = await makeNamedDirectory(host, { option: 'out', named: out })
  // A pipe, a socket and a device are nothing that could be copied.
  const filter = async (path: string): Promise<boolean> => {
    const stat = await host.fs.lstat(path)
    return stat.isFile() || stat.isDirectory() || stat.isSymbolicLink()
  }
  for (const { directory } of shards) {
    const from = resolve(host.cwd, directory)
    for (const name of await host.fs.readdir(from)) {
      if (name === resultsFile) continue
      await host.fs
        .cp(join(from, name), join(to, basename(name)), { recursive: true, verbatimSymlinks: true, filter })
        .catch((cause: unknown) => {
          throw cannotCopy(join(directory, name), cause)
        })
    }
    for (const line of renderFindings(await cleanGuestFiles(host, to))) host.log.warn(`dropped from ${out}: ${line}`)
  }
}

function cannotCopy(path: string, cause: unknown): UserError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new UserError('BAD_MERGE', `${path} cannot be copied: ${reason}.`, {
    hint: message`Name an empty directory as ${option('out')}; two shards have no evidence of the same name.`,
    details: { path },
    cause,
  })
}
