import type { ImageSpec } from '@kernelkit/core/options'
import { bakeRequirements, bootstrapPrivilege } from '@kernelkit/host'
import { chooseTools, openTools, type ToolsContext } from '@kernelkit/toolchain/tools'
import { containerWorkplaces } from './container-workplace.ts'
import type { Workplaces } from './workplace.ts'

/** Where a bake is done. */
export interface BakeTools extends AsyncDisposable {
  /** `undefined`: this host. */
  readonly workplaces: Workplaces | undefined
}

/** Bootstrap and mkfs, on this host or in a container. */
export async function openBakeTools(context: ToolsContext, spec: ImageSpec): Promise<BakeTools> {
  const { host, signal } = context
  const place = await chooseTools(context, {
    command: 'bake',
    requirements: bakeRequirements(host, spec.arch),
    obstacle: async () => {
      const { kind, reason } = await bootstrapPrivilege(host, { signal })
      return kind === 'none' ? `this user may not bootstrap here (${reason})` : undefined
    },
  })
  // Nothing of the user is mounted: inputs go in and the image comes out as streams.
  const tools = await openTools(context, place, { purpose: 'bake', image: {}, user: 'root', mounts: [], network: true })
  return {
    workplaces: tools.container === undefined ? undefined : containerWorkplaces(host, tools.container),
    [Symbol.asyncDispose]: () => tools[Symbol.asyncDispose](),
  }
}
