import { hostArch } from '@kernelkit/core/arch'
import { parseInitrdSpec } from '@kernelkit/core/options/build'
import type { InitrdSpec } from '@kernelkit/core/options'
import { renderScript } from '@kernelkit/core/plan'
import { makeInitrd, planInitrd } from '@kernelkit/image'
import type { CommandContext, RawOptions } from '../command.ts'
import { openCompiler } from '../toolchain/open-compiler.ts'

/** `kernelkit initrd`. */
export async function initrd(context: CommandContext, args: readonly string[], options: RawOptions): Promise<number> {
  const { host, signal } = context
  const spec = parseInitrdSpec(args[0], options, { hostArch: hostArch(host.nodeArch) })
  if (context.dryRun) return showPlan(context, spec)
  await using tools = await openCompiler(context, spec)
  const result = await makeInitrd(tools.host, spec, { signal })
  if (context.json) context.printJson(result)
  else {
    host.log.info(
      `initramfs of ${result.kind === 'directory' ? `${result.entries} files` : spec.source} for ${result.arch}: ${Math.ceil(result.bytes.file / 1024)} KiB (${result.compression}, ${Math.ceil(result.bytes.archive / 1024)} KiB unpacked)`,
    )
    context.print(result.initrd)
  }
  return 0
}

/** The steps that would be taken, as a script. */
async function showPlan(context: CommandContext, spec: InitrdSpec): Promise<number> {
  const { host } = context
  await using tools = await openCompiler(context, spec)
  // A container sees the store, and nothing of /tmp.
  const parent = tools.container === undefined ? '/tmp' : (await context.store()).root
  const { kind, source, out, plan: here } = await planInitrd(host, spec, { parent })
  const plan = tools.place(here)
  if (context.json) context.printJson({ source, kind, arch: spec.arch.name, compression: spec.compression, initrd: out, plan })
  else context.print(renderScript(plan, { isSet: (name) => host.env[name] !== undefined }).trimEnd())
  return 0
}
