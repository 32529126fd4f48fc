import { chooseBakeTools, type BakeTools } from '@kernelkit/core/debootstrap'
import type { ImageSpec } from '@kernelkit/core/options'
import { bakeRequirements, readBakeFacts, requireAll, type Host } from '@kernelkit/host'

/** Tool and rights, said in the log; everything that the host lacks in one error. */
export async function prepareTools(host: Host, spec: ImageSpec): Promise<BakeTools> {
  const tools = chooseBakeTools(await readBakeFacts(host))
  // Which bootstrap tool and which rights has just been answered; the list is for the rest.
  const rest = bakeRequirements(host, spec.arch).filter(
    (one) => one.what === 'program' && one.program !== 'newuidmap' && (one.program !== 'arch-test' || tools.tool === 'mmdebstrap'),
  )
  await requireAll(host, rest, { command: 'bake' })
  for (const line of tools.why) host.log.info(line)
  return tools
}
