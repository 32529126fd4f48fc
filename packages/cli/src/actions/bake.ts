import { resolve } from 'node:path'
import { hostArch } from '@kernelkit/core/arch'
import { renderPlan } from '@kernelkit/core/plan'
import { parseImageSpec } from '@kernelkit/core/spec'
import { bakeRequirements, bootstrapPrivilege, checkOutPath, findProject, recordProject } from '@kernelkit/host'
import { bakeImage, containerWorkplaces, copyImage, planBake } from '@kernelkit/image'
import type { CommandContext, RawOptions } from '../command.ts'
import { chooseTools } from '../toolchain/choose-tools.ts'
import { openTools } from '../toolchain/open-tools.ts'

/** `kernelkit bake`. */
export async function run(context: CommandContext, _args: readonly string[], options: RawOptions): Promise<number> {
  const { host, signal } = context
  const spec = parseImageSpec(options, { hostArch: hostArch(host.nodeArch) })
  const store = await context.store()
  if (spec.out !== undefined && !context.dryRun) await checkOutPath(host, spec.out)
  const place = await chooseTools(context, {
    command: 'bake',
    requirements: bakeRequirements(host, spec.arch),
    obstacle: async () => {
      const { kind, reason } = await bootstrapPrivilege(host, { signal })
      return kind === 'none' ? `this user may not bootstrap here (${reason})` : undefined
    },
  })
  // Nothing of the user is mounted: inputs go in and the image comes out as streams.
  await using tools = await openTools(context, place, { purpose: 'bake', image: {}, user: 'root', mounts: [], network: true })
  const workplaces = tools.container === undefined ? {} : { workplaces: containerWorkplaces(host, tools.container) }
  if (context.dryRun) {
    const { plan, means, from, image } = await planBake(host, store, spec, { signal, ...workplaces })
    if (context.json)
      context.printJson({
        suite: spec.suite,
        arch: spec.arch.name,
        image: image ?? null,
        from,
        tool: means.tool,
        privilege: means.privilege,
        plan,
      })
    else context.print(renderPlan(plan).trimEnd())
    return 0
  }
  const result = await bakeImage(host, store, spec, { signal, force: options['force'] === true, ...workplaces })
  const path =
    spec.out === undefined ? result.image : await copyImage(host, result, resolve(host.cwd, spec.out) + (spec.out.endsWith('/') ? '/' : ''))
  await recordProject(host, store, { project: await findProject(host), arch: spec.arch.name, image: result.manifest })
  const answer = { ...result, image: path }
  if (context.json) context.printJson(answer)
  else {
    host.log.info(describe(result))
    context.print(path)
  }
  return 0
}

function describe({ cached, suite, arch, seconds, bytes, packages }: Awaited<ReturnType<typeof bakeImage>>): string {
  const size = `${Math.round(bytes.allocated / 2 ** 20)} MiB on disk, ${packages.length} packages`
  if (cached) return `image ${suite} ${arch}: from the store (${size})`
  const parts = [
    seconds.bootstrap > 0 ? `bootstrap ${seconds.bootstrap.toFixed(1)} s` : 'packages from the store',
    `customise ${seconds.customize.toFixed(1)} s`,
    `mkfs ${seconds.mkfs.toFixed(1)} s`,
  ]
  return `image ${suite} ${arch}: baked in ${seconds.total.toFixed(1)} s (${parts.join(', ')}; ${size})`
}
