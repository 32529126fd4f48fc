import { architectures } from '@kernelkit/core/arch'
import { imageLabel, madeLabels, readLabels, toolchainRepository } from '@kernelkit/core/toolchain'
import type { Host } from '@kernelkit/host'
import { engineWords } from '../container/engine-failure.ts'
import type { Engine, ObtainToolchainOptions, ToolchainImage, ToolchainPlan } from '../contract.ts'
import { buildImage } from './build-image.ts'
import { packContext, type ContextFile } from './build-context.ts'
import { inspectImage } from './inspect-image.ts'
import { checkBase, obtainBase, type Base } from './obtain-base.ts'
import { planToolchain } from './plan-toolchain.ts'

const names = architectures.map(({ name }) => name)

/**
 * The toolchain image of a spec: the engine's own with this key whatever its base (one call), else a finished one that
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
  const found = (await adoptFinished(options, plan, base)) ? 'pulled' : 'built'
  host.log.info(
    found === 'pulled'
      ? `toolchain ${plan.tag} (${spec.compiler}, ${spec.suite}): ${base.name}, as it is`
      : `toolchain ${plan.tag} (${spec.compiler}, ${spec.suite}): the engine does not have it; building it on ${base.how}`,
  )
  if (found === 'built') await build(options, plan, base)
  const made = await inspectImage(engine, plan.tag, signal)
  return { id: made?.Id ?? plan.tag, tag: plan.tag, key: plan.key, base: base.name, spec, found, packages: plan.packages }
}

/** The key holds whatever the base: said, so that nobody wonders why the one asked for was not used. */
function otherBase(asked: string | undefined, has: string): string {
  return asked === undefined || has === asked || (asked === 'bootstrap' && has.startsWith('bootstrap:'))
    ? ''
    : `, not ${asked}: the base is not part of the key (--force builds it anew)`
}

/** A registry's image that is this very toolchain needs no building, only our name. */
async function adoptFinished({ engine, force }: ObtainToolchainOptions, { key }: ToolchainPlan, base: Base): Promise<boolean> {
  if (force === true || readLabels(base.labels, names)?.key !== key) return false
  await engine.docker.getImage(base.id).tag({ repo: toolchainRepository, tag: key })
  return true
}

async function build(
  { engine, host, spec, force, signal }: ObtainToolchainOptions,
  { tag, key, dockerfile, files }: ToolchainPlan & { readonly files: readonly ContextFile[] },
  base: Base,
): Promise<void> {
  const before = force === true ? await inspectImage(engine, tag, signal) : undefined
  const id = await buildImage({
    engine,
    host,
    title: spec.kind === 'whole' ? 'build the whole-tool image' : 'build the toolchain image',
    context: packContext(host, dockerfile, files),
    labels: madeLabels({ key, base: base.name }),
    base: base.from,
    facts: { base: base.name, suite: spec.suite, compiler: spec.compiler, engine: engine.address },
    noCache: force === true,
    signal,
  })
  const image = engine.docker.getImage(id)
  // Somebody who built the same meanwhile was first: theirs may be in use by now.
  if (force !== true && (await inspectImage(engine, tag, signal)) !== undefined) return removeQuietly(host, image)
  await image.tag({ repo: toolchainRepository, tag: key })
  if (before !== undefined) await removeQuietly(host, engine.docker.getImage(before.Id))
  if (spec.kind === 'whole') await removeStages(engine, host)
}

/** The stage that is only copied from: the classic builder leaves it without a name, and it is half as large as the image. */
async function removeStages(engine: Engine, host: Host): Promise<void> {
  const stages = await engine.docker.listImages({ filters: { label: [`${imageLabel.what}=files`], dangling: ['true'] } })
  for (const { Id } of stages) await removeQuietly(host, engine.docker.getImage(Id))
}

/** Without force: what a container or another image uses stays, and so does what has another name. */
async function removeQuietly(host: Host, image: { remove(): Promise<unknown> }): Promise<void> {
  await image.remove().catch((error: unknown) => host.log.detail(`an image stays: ${engineWords(error)}`))
}
