import { dirname, join, resolve } from 'node:path'
import { hostArch } from '@kernelkit/core/arch'
import { UserError, message, option } from '@kernelkit/core/errors'
import { locateKernelReference, parseKernelReference } from '@kernelkit/core/kernels'
import { parseSinceSpec, type SinceSpec } from '@kernelkit/core/options/commands'
import { parseVmSpec, type VmSpec } from '@kernelkit/core/options/vm'
import {
  answerOf,
  chooseCandidates,
  flavoursOf,
  mostProbes,
  nextStep,
  requirementLine,
  seriesOf,
  type Answer,
  type Candidate,
  type SearchStep,
} from '@kernelkit/core/trials'
import { compareVersions } from '@kernelkit/core/packages'
import { findProjectFile, type Store } from '@kernelkit/host'
import { openHistory } from '@kernelkit/host/history'
import { commandWords, makeEvidenceDirectory } from '@kernelkit/vm/internal'
import type { CommandContext, RawOptions } from '../command.ts'
import { formatTable } from '../output/table.ts'
import { neverStarted, probe, probeOptions, questionOf, type Probe } from '../search/probe.ts'
import { openSearchState } from '../search/search-state.ts'

/** A probe as an interrupted search remembers it. */
interface KnownProbe extends Omit<Probe, 'paragraph'> {
  readonly reference: string
}

/** `kernelkit since`: the first kernel that the command passes on (or fails on), by binary search. */
export async function since(context: CommandContext, words: readonly string[], given: RawOptions): Promise<number> {
  const { host } = context
  const { argv } = commandWords(words, false)
  const spec = parseSinceSpec(given)
  const { kernel: _, ...ofVm } = probeOptions('since', given)
  const vm = parseVmSpec(ofVm, { command: 'run' })
  const store = await context.store()
  const candidates = await candidatesOf(context, store, { spec, vm })
  const boots = mostProbes(candidates.length)
  host.log.info(`${candidates.length} kernels, ${candidates[0]?.title ?? ''} to ${candidates.at(-1)?.title ?? ''}: at most ${boots} boots`)
  if (context.dryRun) {
    for (const { reference, title } of candidates) context.print(`${title}  ${reference}`)
    return 0
  }
  const question = { cwd: host.cwd, references: candidates.map(({ reference }) => reference), vm: questionOf(ofVm) }
  const state = await openSearchState<KnownProbe>(host, store, {
    kind: 'since',
    question,
    argv,
    directory: host.cwd,
    except: [vm.evidence, vm.artifacts].flatMap((named) => (named === undefined ? [] : [resolve(host.cwd, named)])),
    isOne: isKnownProbe,
  })
  if (state.outdated > 0)
    host.log.info(`starting again: programs or sources here have changed since an interrupted search, whose answers are not used`)
  const probes = new Map(state.known.map((one) => [one.reference, one]))
  if (probes.size > 0) host.log.info(`continuing an interrupted search: ${probes.size} kernels are known`)
  const evidence = await makeEvidenceDirectory(host, { store, id: `since-${host.randomHex(3)}`, named: vm.evidence })
  const project = dirname((await findProjectFile(host)) ?? join(host.cwd, 'kernelkit.yaml'))
  const test = (words[0] === '--' ? words.slice(1) : words).join(' ')
  const history = await openHistory(host, store)
  const answers = () => candidates.map(({ reference }): Answer | undefined => toAnswer(probes.get(reference)))
  let step = nextStep(answers(), spec.wanted)
  while (step.kind === 'probe') {
    const candidate = candidates[step.index]
    if (candidate === undefined) throw new TypeError(`no candidate ${step.index}`)
    const wanted = { ...vm, kernel: locateKernelReference(parseKernelReference(candidate.reference), (path) => resolve(host.cwd, path)) }
    const one = await probe(context, {
      spec: wanted,
      argv,
      store,
      evidence: join(evidence, candidate.title.replaceAll(/[^\w.+~-]+/g, '-')),
    })
    const { paragraph, ...known } = one
    probes.set(candidate.reference, { ...known, reference: candidate.reference })
    await state.add({ ...known, reference: candidate.reference })
    const { verdict, release, seconds } = one
    const record = { at: host.now(), project, test, kernel: candidate.reference, config: undefined, root: undefined }
    if (toAnswer(one) !== 'skip')
      await history.append([{ ...record, release, state: verdict, passed: verdict === 'pass' ? 1 : 0, runs: 1, seconds }])
    host.log.info(`${candidate.title}: ${one.verdict} (${one.seconds.toFixed(1)} s)${one.verdict === 'pass' ? '' : `: ${one.what}`}`)
    if (toAnswer(one) === 'skip') for (const line of paragraph) context.printError(line)
    step = nextStep(answers(), spec.wanted)
  }
  await state.end()
  return report(context, { step, candidates, probes, spec, argv })
}

function toAnswer(known: Pick<Probe, 'verdict'> | undefined): Answer | undefined {
  return known === undefined ? undefined : answerOf(known.verdict)
}

/** Those of the user in their order, else the newest of each series that is offered. */
async function candidatesOf(
  context: CommandContext,
  store: Store,
  { spec, vm }: { readonly spec: SinceSpec; readonly vm: VmSpec },
): Promise<readonly Candidate[]> {
  if (spec.kernels.length > 0) return [...new Set(spec.kernels)].map((reference) => ({ reference, series: undefined, title: reference }))
  const { listKernels } = await import('@kernelkit/vm/internal/kernels')
  const { host, signal } = context
  const { kernels } = await listKernels(host, store, { arch: vm.arch ?? hostArch(host.nodeArch), mirror: vm.mirror, signal })
  const candidates = chooseCandidates(kernels, spec.flavour)
  if (candidates.length > 0) return candidates
  const flavours = flavoursOf(kernels).map((flavour) => flavour ?? 'general')
  throw new UserError('NO_SUCH_KERNEL', `no mirror and no store has a kernel of flavour '${spec.flavour ?? 'general'}'.`, {
    hint:
      flavours.length === 0
        ? message`Name kernels with ${option('kernel')}, the oldest first.`
        : message`Choose one of these with ${option('flavour')}: ${flavours.join(', ')}.`,
  })
}

interface Reported {
  readonly step: SearchStep
  readonly candidates: readonly Candidate[]
  readonly probes: ReadonlyMap<string, KnownProbe>
  readonly spec: SinceSpec
  readonly argv: readonly string[]
}

function report(context: CommandContext, { step, candidates, probes, spec, argv }: Reported): number {
  const at = (index: number | undefined) => (index === undefined ? undefined : candidates[index])
  const withRelease = (candidate: Candidate | undefined): Candidate | undefined => {
    const release = candidate === undefined ? undefined : probes.get(candidate.reference)?.release
    return candidate === undefined || release === undefined || candidate.series !== undefined
      ? candidate
      : { ...candidate, series: seriesOf(release), title: release }
  }
  const found = step.kind === 'found' ? withRelease(at(step.index)) : undefined
  const last = step.kind === 'found' ? withRelease(at(step.last)) : undefined
  const [earlier, later] = step.kind === 'reversed' ? [withRelease(candidates[0]), withRelease(candidates.at(-1))] : [last, found]
  const isUpsideDown = isNewer(earlier?.series, later?.series)
  const notStarted = neverStarted([...probes.values()])
  const line = found === undefined || isUpsideDown || notStarted !== undefined ? undefined : requirementLine(found, last, spec.wanted)
  const said =
    notStarted !== undefined
      ? explainNotStarted(notStarted)
      : isUpsideDown
        ? `The kernels are not in the order of their age: ${earlier?.title ?? ''} was named before ${later?.title ?? ''}. Name the oldest first.`
        : (line ?? explain(step, spec.wanted, candidates))
  const exitCode = line !== undefined ? 0 : isUpsideDown || notStarted !== undefined || step.kind === 'unknown' ? 125 : 1
  const rows = candidates.map(({ reference, title }) => ({ reference, title, probe: probes.get(reference) }))
  if (context.json) {
    context.printJson({
      first: found ?? null,
      last: last ?? null,
      line: line ?? null,
      what: said,
      exitCode,
      command: argv,
      probes: rows.map(({ reference, title, probe: one }) => ({ kernel: reference, title, ...(one ?? { verdict: null }) })),
    })
    return exitCode
  }
  const shown = rows.map(({ reference, title, probe: one }) => [title, one?.verdict ?? '', one?.seconds.toFixed(1) ?? '', reference])
  context.print(formatTable(['kernel', 'verdict', 'seconds', 'reference'], shown))
  context.print(said)
  return exitCode
}

function isNewer(one: string | undefined, than: string | undefined): boolean {
  return one !== undefined && than !== undefined && compareVersions(one, than) > 0
}

/** Every kernel fails, and none of them has run the command. */
function explainNotStarted(status: number): string {
  const why = status === 127 ? 'the guest has no such program' : 'the guest cannot execute its file'
  return `The command could not be started on any kernel that was tried (status ${status}: ${why}): this says nothing about the kernels. Check its name and the root (--root, --image); kernelkit run with the same options and command says more.`
}

function explain(step: SearchStep, wanted: 'pass' | 'fail', candidates: readonly Candidate[]): string {
  const [oldest, newest] = [candidates[0]?.title ?? '', candidates.at(-1)?.title ?? '']
  const [own, other] = wanted === 'pass' ? ['passes', 'fails'] : ['fails', 'passes']
  if (step.kind === 'reversed') {
    const hint = wanted === 'pass' ? 'Look for the first kernel that it fails on with --first-bad' : 'Leave --first-bad out'
    return `The ends are the other way round: the command ${own} on the oldest kernel (${oldest}) and ${other} on the newest (${newest}). ${hint}.`
  }
  if (step.kind === 'unknown') return 'No kernel could run the command; the reasons are above.'
  return `The command ${other} on the newest kernel (${newest}) and on the oldest: there is no first one that it ${own} on.`
}

function isKnownProbe(value: unknown): value is KnownProbe {
  if (typeof value !== 'object' || value === null) return false
  const { reference, verdict, what, seconds } = value as Readonly<Record<string, unknown>>
  return typeof reference === 'string' && typeof verdict === 'string' && typeof what === 'string' && typeof seconds === 'number'
}
