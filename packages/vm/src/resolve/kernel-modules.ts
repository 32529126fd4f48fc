import { join } from 'node:path'
import { UserError, message, nearestName, option } from '@kernelkit/core/errors'
import { indexModules, optionModules, planModules, type WantedModule } from '@kernelkit/core/modules'
import type { Host } from '@kernelkit/host'
import { moduleOf, type KernelModules, type KernelOptions } from './kernel-options.ts'
import type { KernelNeed } from './needs.ts'
import type { LoadedModule } from './services.ts'

/** Modules in a directory lib/modules/RELEASE; `undefined` when depmod has not listed them. */
export async function readKernelModules(host: Host, directory: string): Promise<KernelModules | undefined> {
  const read = (name: string): Promise<string> => host.fs.readFile(join(directory, name), 'utf8').catch(() => '')
  const dep = await read('modules.dep')
  if (dep === '') return undefined
  const [builtin, softdep, alias] = await Promise.all([read('modules.builtin'), read('modules.softdep'), read('modules.alias')])
  const index = indexModules({ dep, builtin, softdep, alias })
  const madeBy = (symbol: string): string | undefined => {
    const name = optionModules[symbol]
    return name !== undefined && index.has(name) ? name : undefined
  }
  return { index, directory, madeBy }
}

export interface BootModulesInput {
  readonly options: KernelOptions
  readonly needs: readonly KernelNeed[]
  readonly hasNetwork: boolean
  /** The kernel's modules are mounted in the guest below an overlay. */
  readonly hasOverlay: boolean
  /** Kernel options that mount the disk with the modules. */
  readonly moduleDisk: readonly string[]
  /** Names that the user wants loaded. */
  readonly asked: readonly string[]
}

/** What the agent loads before it opens its channel: what this way of booting needs and the kernel has as modules, and what was asked for. */
export function bootModules({ options, needs, hasNetwork, hasOverlay, moduleDisk, asked }: BootModulesInput): readonly LoadedModule[] {
  refuseUnknown(options, asked)
  const { modules } = options
  if (modules === undefined) return []
  const wantedBy = (symbol: string, optional: boolean): readonly WantedModule[] => {
    const name = moduleOf(options, symbol)
    return name === undefined ? [] : [{ name, optional }]
  }
  const wanted = [
    ...needs.flatMap(({ symbol }) => wantedBy(symbol, false)),
    ...moduleDisk.flatMap((symbol) => wantedBy(symbol, false)),
    ...(hasOverlay ? wantedBy('OVERLAY_FS', false) : []),
    ...(hasNetwork ? wantedBy('VIRTIO_NET', true) : []),
    // Every machine of ours has the device; without the driver getrandom() blocks in guests whose CPU has no rdrand.
    ...wantedBy('HW_RANDOM_VIRTIO', true),
    ...asked.map((name) => ({ name, optional: false })),
  ]
  return planModules(modules.index, wanted).map(({ name, path, optional }) => ({ name, file: join(modules.directory, path), optional }))
}

/** A module that is built in is there already. */
function refuseUnknown({ modules }: KernelOptions, asked: readonly string[]): void {
  for (const name of asked) {
    if (modules?.index.has(name) === true || modules?.index.isBuiltIn(name) === true) continue
    if (modules === undefined) {
      throw new UserError('NO_SUCH_MODULE', message`${option('module', name)}: no modules of this kernel are known.`, {
        hint: message`Name a kernel that comes with its modules, such as ${option('kernel', 'debian:12/cloud')}, or leave ${option('module')} out: what is built in needs no loading.`,
        details: { module: name },
      })
    }
    const near = nearestName(name, modules.index.names)
    throw new UserError('NO_SUCH_MODULE', message`${option('module', name)}: this kernel has no such module (${modules.directory}).`, {
      hint: near === undefined ? 'Name it as modprobe does.' : message`Did you mean ${option('module', near)}?`,
      details: { module: name, directory: modules.directory },
    })
  }
}
