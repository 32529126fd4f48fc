import { architectures } from '@kernelkit/core/arch'
import type { Plan, Step } from '@kernelkit/core/plan'
import { imageLabel, madeLabels, readLabels } from '@kernelkit/core/toolchain'
import { runSteps, type Host } from '@kernelkit/host'
import type { Engine } from '../engine/engine.ts'
import type { ObtainToolchainOptions, ToolchainImage, ToolchainPlan } from './toolchain-image.ts'
import type { ContextFile } from './build-context.ts'
import { proxyArguments } from './build-image.ts'
import { baseTag, bootstrapSteps } from './bootstrap-base.ts'
import { performEngineStep, removeQuietly } from './engine-steps.ts'
import { inspectImage } from './inspect-image.ts'
import { baseName, checkBase, chooseBase, obtainBase, pullStep, type Base } from './obtain-base.ts'
import { planToolchain } from './plan-toolchain.ts'

const names = architectures.map(({ name }) => name)

/**
 * The toolchain image of a spec: the engine's own with this key, on any base (one call), else a finished one that
 * the registry has under the base that was asked for, else built on that base or on one bootstrapped here. One line says which.
 */
export async function obtainToolchainImage(options: ObtainToolchainOptions): Promise<ToolchainImage> {
  const { engine, host, spec, signal } = options
  signal?.throwIfAborted()
  checkBase(options.base)
  const plan = await planToolchain(options)
  const local = options.force === true ? undefined : await inspectImage(engine, plan.tag, signal)
  if (local !== undefined) {
    const base = readLabels(local.Config.Labels ?? {}, names)?.base ?? 'unknown'
    host.log.info(
      `toolchain ${plan.tag} (${spec.compiler}, ${spec.suite}): the engine has it, made on ${base}${otherBase(options.base, base)}`,
    )
    return { id: local.Id, tag: plan.tag, key: plan.key, base, spec, found: 'local', packages: plan.packages }
  }
  const base = await obtainBase(options)
  const found = isFinished(options, plan, base) ? 'pulled' : 'built'
  host.log.info(
    found === 'pulled'
      ? `toolchain ${plan.tag} (${spec.compiler}, ${spec.suite}): ${base.name}, as it is`
      : `toolchain ${plan.tag} (${spec.compiler}, ${spec.suite}): the engine does not have it; building it on ${base.how}`,
  )
  const facts = { base: base.name, suite: spec.suite, compiler: spec.compiler, engine: engine.address }
  const title = spec.kind === 'whole' ? 'build the whole-tool image' : 'build the toolchain image'
  await runSteps(host, toolchainSteps(options, plan, base), {
    signal,
    perform: (step) => performEngineStep({ engine, host, signal, facts, title }, step),
  })
  if (found === 'built' && spec.kind === 'whole') await removeStages(engine, host)
  const made = await inspectImage(engine, plan.tag, signal)
  return { id: made?.Id ?? plan.tag, tag: plan.tag, key: plan.key, base: base.name, spec, found, packages: plan.packages }
}

/** The key does not depend on the base: logged, so that it is clear why the requested one was not used. */
function otherBase(asked: string | undefined, has: string): string {
  return asked === undefined || has === asked || (asked === 'bootstrap' && has.startsWith('bootstrap:'))
    ? ''
    : `, not ${asked}: the base is not part of the key (--force builds it anew)`
}

/** A registry's image that is this very toolchain needs no building, only our name. */
function isFinished({ force }: ObtainToolchainOptions, { key }: ToolchainPlan, base: Pick<Base, 'labels'>): boolean {
  return force !== true && readLabels(base.labels, names)?.key === key
}

/** From the base to the image. */
function toolchainSteps(
  options: ObtainToolchainOptions,
  plan: ToolchainPlan & { readonly files: readonly ContextFile[] },
  base: Pick<Base, 'from' | 'name' | 'labels' | 'id'>,
): readonly Step[] {
  const { tag, key, dockerfile, files } = plan
  if (isFinished(options, plan, base))
    return [{ kind: 'engine', why: 'the base is this very toolchain', call: { call: 'tag', image: base.id, tag } }]
  const call = {
    call: 'build',
    dockerfile,
    files,
    labels: madeLabels({ key, base: base.name }),
    args: { BASE: base.from, ...proxyArguments(options.host) },
    tag,
    noCache: options.force === true,
  } as const
  return [{ kind: 'engine', why: `${options.spec.compiler} and what else builds a kernel`, call }]
}

/** What `toolchain build --dry-run` prints: the steps that {@link obtainToolchainImage} executes when the engine lacks the image. */
export async function listToolchainSteps(options: ObtainToolchainOptions): Promise<Plan> {
  const { engine, host, spec } = options
  checkBase(options.base)
  const plan = await planToolchain(options)
  const choice = await chooseBase(options)
  const finish = (base: Pick<Base, 'from' | 'name' | 'labels' | 'id'>): readonly Step[] => toolchainSteps(options, plan, base)
  const title = `toolchain ${plan.tag}`
  switch (choice.from) {
    case 'engine':
      return { title, steps: finish(choice.base) }
    case 'bootstrap': {
      const directory = '/tmp/kernelkit-base-XXXXXX'
      const steps = await bootstrapSteps({ engine, host, suite: spec.suite }, { tools: choice.tools, directory })
      const tag = baseTag(spec.suite, engine.nodeArch)
      return {
        title,
        steps: [
          ...steps.before,
          steps.bootstrap,
          steps.import,
          ...finish({ from: tag, name: baseName(spec.suite), labels: {}, id: tag }),
          { kind: 'remove', why: 'the work directory is no longer needed', path: directory },
        ],
        variables: [{ name: 'work', value: directory, perRun: true }],
      }
    }
    case 'registry': {
      const { reference } = choice
      const why = `Digest and labels of ${reference} are known once it is fetched. Fetch it, then use --dry-run again.`
      return {
        title,
        steps: [pullStep(reference), { kind: 'pending', why }, ...finish({ from: reference, name: reference, labels: {}, id: reference })],
      }
    }
  }
}

/** The stage that is only copied from: the classic builder leaves it without a name, and it is half as large as the image. */
async function removeStages(engine: Engine, host: Host): Promise<void> {
  const stages = await engine.docker.listImages({ filters: { label: [`${imageLabel.what}=files`], dangling: ['true'] } })
  for (const { Id } of stages) await removeQuietly(host, engine.docker.getImage(Id))
}
