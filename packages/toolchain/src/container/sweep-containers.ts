import type Docker from 'dockerode'
import { isCertainlyGone, ownIdentity, type Host, type ProcessIdentity } from '@kernelkit/host'
import type { Engine } from '../engine/engine.ts'
import { ownLabel, parseOwner } from './container-labels.ts'
import { engineWords } from './engine-failure.ts'
import { removeContainer } from './remove-container.ts'

/** Remove containers of ours whose owner is certainly gone: killed between creating and starting one, or together with the engine. */
export async function sweepContainers(engine: Pick<Engine, 'docker'>, host: Pick<Host, 'fs' | 'sleep' | 'log'>): Promise<void> {
  try {
    const found = await engine.docker.listContainers({ all: true, filters: { label: [ownLabel] } })
    for (const info of found) {
      const owner = parseOwner(info.Labels)
      if (owner === undefined || !(await isLeftBehind(host, owner, info.State))) continue
      host.log.detail(`removing a container that a killed run left: ${info.Names[0] ?? info.Id}`)
      await removeContainer(host, engine.docker.getContainer(info.Id))
    }
  } catch (error) {
    // Only cleanup: a problem with the engine stops the next step, with a better message.
    host.log.detail(`containers of killed runs were not looked for: ${engineWords(error)}`)
  }
}

async function isLeftBehind(host: Pick<Host, 'fs'>, owner: ProcessIdentity, state: Docker.ContainerInfo['State']): Promise<boolean> {
  if (!(await isCertainlyGone(host, owner))) return false
  // Of another boot, and yet alive or about to be: the engine is shared with another machine, whose processes we do not see.
  return state === 'exited' || state === 'dead' || owner.bootId === (await ownIdentity(host))?.bootId
}
