import { chooseContainerTools, type BakeTools } from '@kernelkit/core/debootstrap'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { ImageSpec } from '@kernelkit/core/options'
import { bakeRequirements, nameOf, type Host } from '@kernelkit/host'
import type { ToolContainer } from '@kernelkit/toolchain'

/** Prints `NAME VERSION` for each bootstrap tool and `NAME` for each other program that is there. */
const lookScript = `PATH=$PATH:/usr/local/sbin:/usr/sbin:/sbin
for tool in mmdebstrap debootstrap; do command -v $tool > /dev/null && echo "$($tool --version 2>&1)"; done
for program; do command -v "$program" > /dev/null && echo "$program"; done
true`

/** Tool and rights of a bake inside the container; everything that it lacks in one error. */
export async function containerTools(container: ToolContainer, host: Host, spec: ImageSpec): Promise<BakeTools> {
  // Root inside; the machine's architecture is the engine's, which is ours.
  const programs = bakeRequirements({ uid: 0, nodeArch: host.nodeArch }, spec.arch)
    .filter((one) => one.what === 'program' && one.optional !== true)
    .map(nameOf)
  const { stdout } = await container.exec(['sh', '-c', lookScript, 'sh', ...programs])
  const found = stdout.split('\n')
  const versionOf = (tool: string): string | undefined => {
    const line = found.find((one) => one.startsWith(`${tool} `))
    return line === undefined ? undefined : (/\d[\w.+~-]*/.exec(line)?.[0] ?? 'of unknown version')
  }
  const tools = { mmdebstrap: versionOf('mmdebstrap'), debootstrap: versionOf('debootstrap') }
  const missing = [
    ...(tools.mmdebstrap === undefined && tools.debootstrap === undefined ? ['mmdebstrap or debootstrap'] : []),
    ...programs.filter((program) => !found.includes(program)),
  ]
  if (missing.length > 0) {
    throw new UserError('HOST_LACKS', `bake needs what the toolchain image lacks: ${missing.join(', ')}.`, {
      hint: message`Build the image again (${command('kernelkit toolchain build')}), or bake on the host with ${option('toolchain', 'host')}.`,
      details: { missing },
    })
  }
  return chooseContainerTools(tools)
}
