import type { Plan } from '@kernelkit/core/plan'
import type { ImageSpec } from '@kernelkit/core/options'
import { bakeRequirements, bootstrapPrivilege } from '@kernelkit/host'
import { chooseTools, openTools, type ToolsContext } from '@kernelkit/toolchain/tools'
import { containerBackend } from './container-backend.ts'
import type { BakeBackend } from './bake-backend.ts'

/** Where a bake is done. */
export interface BakePlace extends AsyncDisposable {
  /** `undefined`: this host. */
  readonly backend: BakeBackend | undefined
  /** A plan as it is executed there: with the container, if there is one. */
  place(plan: Plan): Plan
}

/** Bootstrap and mkfs, on this host or in a container. */
export async function openBakePlace(context: ToolsContext, spec: ImageSpec): Promise<BakePlace> {
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
    backend: tools.container === undefined ? undefined : containerBackend(host, tools.container),
    place: tools.place,
    [Symbol.asyncDispose]: () => tools[Symbol.asyncDispose](),
  }
}
