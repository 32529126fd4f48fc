import { resolve } from 'node:path'
import type { ArchName } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import type { VmSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import type { PlanServices } from './services.ts'

interface InitrdInput {
  readonly host: Host
  readonly services: PlanServices
  readonly spec: Pick<VmSpec, 'initrd'>
  readonly arch: ArchName
  readonly agent: boolean
}

/** The user's archive, the agent's, or both. */
export async function planInitrd({ host, services, spec, arch, agent }: InitrdInput): Promise<string | undefined> {
  const named = spec.initrd === undefined ? undefined : resolve(host.cwd, spec.initrd)
  if (named !== undefined && !((await host.fs.stat(named).catch(() => undefined))?.isFile() ?? false)) {
    throw new UserError('FILE_NOT_FOUND', `--initrd ${spec.initrd}: there is no such file.`, {
      hint: 'make one with `kernelkit initrd SOURCE --out FILE`.',
    })
  }
  if (!agent) return named
  return named === undefined ? services.agentInitrd(arch) : services.agentBehind(arch, named)
}
