import type Docker from 'dockerode'
import type { Host } from '@kernelkit/host'
import { answerWithin } from './answer-within.ts'
import { engineStatus, engineWords } from './engine-failure.ts'

/** Between two checks of a container that is being removed already; after so many checks the engine will not remove it. */
const pollMs = 50
const looks = 600

/** Kill and remove, and wait until it is gone. One that is gone is not an error; one that cannot be removed is a warning. */
export async function removeContainer(host: Pick<Host, 'sleep' | 'log'>, container: Docker.Container): Promise<void> {
  try {
    await answerWithin(host, 'remove the container', killAndRemove(host, container))
  } catch (error) {
    host.log.warn(`a container is left behind (${engineWords(error)}): docker rm -f ${container.id}`)
  }
}

async function killAndRemove(host: Pick<Host, 'sleep'>, container: Docker.Container): Promise<void> {
  try {
    await container.remove({ force: true, v: true })
    return
  } catch (error) {
    if (engineStatus(error) === 404) return
    // "removal is already in progress": its first process has ended, and the engine removes it by itself.
    if (engineStatus(error) !== 409) throw error
  }
  for (let look = 0; look < looks; look++) {
    try {
      await container.inspect()
    } catch (error) {
      if (engineStatus(error) === 404) return
      throw error
    }
    await host.sleep(pollMs)
  }
  throw new Error('its removal does not end')
}
