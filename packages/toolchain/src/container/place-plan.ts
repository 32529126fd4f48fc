import type { ContainerRequest, Plan, Step } from '@kernelkit/core/plan'
import type { Host, RunOptions } from '@kernelkit/host'
import type { ToolContainer } from './tool-container.ts'

export interface Place {
  readonly host: Pick<Host, 'cwd'>
  readonly container: Pick<ToolContainer, 'name' | 'mounts' | 'request'>
  /** For every program. */
  readonly env: Readonly<Record<string, string>>
}

/** Programs of users whose PATH lacks the sbin directories are found all the same, as on the host. */
export const searchPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

/** How a program of the host is run in the container. */
export function programInside(
  { host, container, env }: Place,
  options: Pick<RunOptions, 'cwd' | 'env'>,
): Required<Pick<RunOptions, 'cwd' | 'env'>> {
  // Where the working directory is not mounted, no relative path can be meant.
  const isSeen = container.mounts.some(({ path }) => `${host.cwd}/`.startsWith(`${path}/`))
  return { cwd: options.cwd ?? (isSeen ? host.cwd : '/'), env: { PATH: searchPath, ...env, ...options.env } }
}

/** A plan whose programs run in the container, where `containerHost` runs them. */
export function placeInside(plan: Plan, place: Place): Plan {
  const steps = plan.steps.map((step): Step => {
    if (step.kind !== 'run') return step
    const { cwd, env } = programInside(place, step)
    return { ...step, ...(cwd === undefined ? {} : { cwd }), ...(env === undefined ? {} : { env }), container: place.container.name }
  })
  return withContainer({ ...plan, steps }, place.container)
}

/** Starts the container first and removes it last. */
export function withContainer(plan: Plan, { name, request }: Pick<ToolContainer, 'name' | 'request'>): Plan {
  return {
    ...plan,
    steps: [
      { kind: 'engine', why: 'the container that the programs run in', call: { call: 'start-container', name, request: asked(request) } },
      ...plan.steps,
      { kind: 'engine', why: 'it is no longer needed', call: { call: 'remove-container', name } },
    ],
  }
}

function asked({ Image, Entrypoint, User, Hostname, Env, HostConfig }: ToolContainer['request']): ContainerRequest {
  return { Image, Entrypoint, User, Hostname, Env, HostConfig }
}
