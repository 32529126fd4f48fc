import { hostArch } from '@kernelkit/core/arch'
import { parseInitrdSpec } from '@kernelkit/core/options/build'
import { compileStaticArgv, makeInitrd } from '@kernelkit/image'
import { quoteArgv } from '@kernelkit/core/shell'
import type { CommandContext, RawOptions } from '../command.ts'
import { openCompiler } from '../toolchain/open-compiler.ts'

/** `kernelkit initrd`. */
export async function initrd(context: CommandContext, args: readonly string[], options: RawOptions): Promise<number> {
  const { host, signal } = context
  const spec = parseInitrdSpec(args[0], options, { hostArch: hostArch(host.nodeArch) })
  if (context.dryRun) {
    const compile = spec.source.endsWith('.c')
      ? quoteArgv(compileStaticArgv({ source: spec.source, arch: spec.arch, out: 'init' }, host.nodeArch))
      : undefined
    if (context.json)
      context.printJson({
        source: spec.source,
        arch: spec.arch.name,
        compression: spec.compression,
        initrd: spec.out,
        compile: compile ?? null,
      })
    else
      context.print(
        [
          `# pack ${spec.source} for ${spec.arch.name}`,
          ...(compile === undefined ? [] : [compile]),
          `write ${spec.out} (newc archive, ${spec.compression})`,
        ].join('\n'),
      )
    return 0
  }
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
