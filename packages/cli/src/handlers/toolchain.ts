import { message, option } from '@kernelkit/core/errors'
import { parseToolchainCommand } from '@kernelkit/core/options/commands'
import { writeFor, type ToolchainCommand } from '@kernelkit/core/options'
import { renderScript } from '@kernelkit/core/plan'
import { ownTargets } from '@kernelkit/core/toolchain'
import {
  bytesOfImages,
  connectEngine,
  defaultSuite,
  listToolchainImages,
  listToolchainSteps,
  obtainToolchainImage,
  planToolchain,
  pruneToolchains,
  type Engine,
} from '@kernelkit/toolchain'
import { isPassable } from '@kernelkit/toolchain/tools'
import type { CommandContext, RawOptions } from '../command.ts'
import { formatAge, formatBytes } from '../output/quantities.ts'
import { formatTable } from '../output/table.ts'
import { attachInContainer } from '../toolchain/attach-in-container.ts'
import { ownToolFiles } from '../toolchain/tool-files.ts'

/** `kernelkit toolchain build|run|ls|prune`. */
export async function toolchain(context: CommandContext, args: readonly string[], options: RawOptions): Promise<number> {
  const { host, signal } = context
  const command = parseToolchainCommand(args, options, { suite: await defaultSuite(host), targets: ownTargets(host.nodeArch) })
  const engine = await connectEngine(host, { signal })
  switch (command.action) {
    case 'build':
      return build(context, engine, command)
    case 'run':
      return runInside(context, engine, command)
    case 'ls':
      return list(context, engine)
    case 'prune':
      return prune(context, engine, command.all)
  }
}

type Asked<Action> = Extract<ToolchainCommand, { readonly action: Action }>

async function build(context: CommandContext, engine: Engine, { image: spec, base, force }: Asked<'build'>): Promise<number> {
  const { host, signal } = context
  const tool = await ownToolFiles(host)
  if (context.dryRun) return showPlan(context, engine, { spec, base, force })
  const startedMs = host.monotonicMs()
  const image = await obtainToolchainImage({ engine, host, spec, base, force, tool, signal })
  const seconds = (host.monotonicMs() - startedMs) / 1000
  if (context.json) context.printJson({ ...image, cached: image.found === 'local', seconds: { total: seconds } })
  else context.print(image.tag)
  return 0
}

async function showPlan(context: CommandContext, engine: Engine, { spec, base, force = false }: ToolsPlan): Promise<number> {
  const { host, signal } = context
  const tool = await ownToolFiles(host)
  const { tag, key, dockerfile, packages } = await planToolchain({ engine, host, spec, tool })
  const steps = await listToolchainSteps({ engine, host, spec, base, force, tool, signal })
  const found = (await listToolchainImages({ engine, host, tool, signal })).find((image) => image.tag === tag)
  if (context.json) context.printJson({ tag, key, found: found?.id ?? null, spec, base: base ?? null, packages, dockerfile, plan: steps })
  else {
    context.print(
      found === undefined
        ? `# ${tag}: not in the engine at ${engine.address}; this would be built, on ${base ?? 'a base made on this host, else one of the registry'}`
        : `# ${tag}: in the engine at ${engine.address} already, made on ${found.base}; without it, this would be built`,
    )
    context.print(renderScript(steps, { isSet: (name) => host.env[name] !== undefined }).trimEnd())
  }
  return 0
}

interface ToolsPlan {
  readonly spec: Asked<'build'>['image']
  readonly base: string | undefined
  readonly force?: boolean
}

/** A command with the caller's streams, the working directory around it. */
async function runInside(context: CommandContext, engine: Engine, command: Asked<'run'>): Promise<number> {
  const { host, signal } = context
  if (context.dryRun) return showPlan(context, engine, { spec: command.image, base: command.base })
  const image = await obtainToolchainImage({
    engine,
    host,
    spec: command.image,
    base: command.base,
    tool: await ownToolFiles(host),
    signal,
  })
  const isMounted = isPassable(host.cwd)
  if (!isMounted) host.log.warn(`${host.cwd} is the container's own: the working directory is not shared`)
  return attachInContainer(context, {
    engine,
    container: {
      image: image.id,
      purpose: 'run',
      user: command.root ? 'root' : 'caller',
      mounts: isMounted ? [{ path: host.cwd, readOnly: false }] : [],
      network: command.network,
    },
    argv: command.command,
    cwd: isMounted ? host.cwd : '/',
    env: host.env['TERM'] === undefined ? {} : { TERM: host.env['TERM'] },
    stdin: true,
    tty: context.stdin.isTTY === true && context.stdout.isTTY === true && !context.json,
  })
}

async function list(context: CommandContext, engine: Engine): Promise<number> {
  const { host, signal } = context
  const images = await listToolchainImages({ engine, host, tool: await ownToolFiles(host), signal })
  if (context.json) {
    context.printJson({
      engine: engine.address,
      images: images.map(({ createdAtMs, layers: _layers, ...image }) => ({ ...image, createdAt: new Date(createdAtMs).toISOString() })),
      bytes: bytesOfImages(images),
    })
    return 0
  }
  const nowMs = host.now()
  const rows = images.map(({ tag, spec, base, bytes, createdAtMs, current }) => [
    tag,
    spec.kind,
    spec.compiler,
    spec.suite,
    spec.targets.join(' '),
    formatBytes(bytes),
    `${formatAge(nowMs - createdAtMs)} ago`,
    current ? '' : 'of another version',
    shortBase(base),
  ])
  if (rows.length > 0) context.print(formatTable(['tag', 'kind', 'compiler', 'suite', 'for', 'size', 'made', '', 'base'], rows))
  context.print(`${images.length === 0 ? 'no toolchain' : formatBytes(bytesOfImages(images))} in the engine at ${engine.address}`)
  return 0
}

async function prune(context: CommandContext, engine: Engine, all: boolean): Promise<number> {
  const { host, signal, dryRun } = context
  const { removed, kept } = await pruneToolchains({ engine, host, all, dryRun, signal, tool: await ownToolFiles(host) })
  for (const { tag, bytes } of removed) host.log.info(`${dryRun ? 'would remove' : 'removed'} ${tag} (${formatBytes(bytes)})`)
  for (const { tag, why } of kept) host.log.info(`kept ${tag}: ${why}`)
  if (context.json) context.printJson({ engine: engine.address, dryRun, removed, kept })
  else {
    const hint = removed.length === 0 && !all ? message`; ${option('all')} removes images that are still of use, too` : ''
    const what = message`${removed.length} images ${dryRun ? 'would be ' : ''}removed from the engine at ${engine.address}${hint}`
    context.print(writeFor(what, context.reader))
  }
  return 0
}

/** A digest of 64 digits says no more to people than its first twelve. */
function shortBase(base: string): string {
  return base.replace(/(@sha256:[0-9a-f]{12})[0-9a-f]+$/, '$1…')
}
