import { resolve } from 'node:path'
import { hostArch } from '@kernelkit/core/arch'
import { renderScript } from '@kernelkit/core/plan'
import { flagOption, type ImageSpec } from '@kernelkit/core/options'
import { parseImageSpec } from '@kernelkit/core/options/build'
import { checkOutPath, findProject, recordProject } from '@kernelkit/host'
import { bakeImage, copyImage, openBakePlace, planBake } from '@kernelkit/image'
import type { CommandContext, RawOptions } from '../command.ts'

/** `kernelkit bake`. */
export async function bake(context: CommandContext, _args: readonly string[], options: RawOptions): Promise<number> {
  const spec = parseImageSpec(options, { hostArch: hostArch(context.host.nodeArch) })
  const force = flagOption(options, 'force')
  if (context.dryRun) return showBakePlan(context, spec, { force })
  const image = await makeImage(context, spec, { force })
  if (context.json) context.printJson(image)
  else context.print(image.image)
  return 0
}

async function showBakePlan(context: CommandContext, spec: ImageSpec, { force }: { readonly force: boolean }): Promise<number> {
  const { plan, tools, from, image } = await lookAtBake(context, spec, { force })
  if (context.json)
    context.printJson({
      suite: spec.suite,
      arch: spec.arch.name,
      image: image ?? null,
      from,
      tool: tools.tool,
      privilege: tools.privilege,
      plan,
    })
  else context.print(renderScript(plan, { isSet: (name) => context.host.env[name] !== undefined }).trimEnd())
  return 0
}

/** What a bake would do, and the image where the store has it. */
export async function lookAtBake(
  context: CommandContext,
  spec: ImageSpec,
  { force = false }: { readonly force?: boolean } = {},
): Promise<Awaited<ReturnType<typeof planBake>>> {
  const { host, signal } = context
  const store = await context.store()
  await using tools = await openBakePlace(context, spec)
  const bake = await planBake(host, store, spec, { signal, force, out: outOf(context, spec), backend: tools.backend })
  return { ...bake, plan: tools.place(bake.plan) }
}

/** The image of a spec, baked or from the store; recorded for `boot` and `run`, and logged in one line. */
export async function makeImage(context: CommandContext, spec: ImageSpec, { force }: { readonly force: boolean }): Promise<BakeResult> {
  const { host, signal } = context
  const store = await context.store()
  if (spec.out !== undefined) await checkOutPath(host, spec.out)
  await using tools = await openBakePlace(context, spec)
  const result = await bakeImage(host, store, spec, { signal, force, backend: tools.backend })
  const out = outOf(context, spec)
  const path = out === undefined ? result.image : await copyImage(host, result, out)
  await recordProject(host, store, { project: await findProject(host), arch: spec.arch.name, image: result.manifest })
  if (!context.json) host.log.info(describe(result))
  return { ...result, image: path }
}

/** Absolute; a slash at its end still says that it is a directory. */
function outOf({ host }: CommandContext, { out }: Pick<ImageSpec, 'out'>): string | undefined {
  return out === undefined ? undefined : resolve(host.cwd, out) + (out.endsWith('/') ? '/' : '')
}

type BakeResult = Awaited<ReturnType<typeof bakeImage>>

function describe({ cached, suite, arch, seconds, bytes, packages }: BakeResult): string {
  const size = `${Math.round(bytes.allocated / 2 ** 20)} MiB on disk, ${packages.length} packages`
  if (cached) return `image ${suite} ${arch}: from the store (${size})`
  const parts = [
    seconds.bootstrap > 0 ? `bootstrap ${seconds.bootstrap.toFixed(1)} s` : 'packages from the store',
    `customise ${seconds.customize.toFixed(1)} s`,
    `mkfs ${seconds.mkfs.toFixed(1)} s`,
  ]
  return `image ${suite} ${arch}: baked in ${seconds.total.toFixed(1)} s (${parts.join(', ')}; ${size})`
}
