import { basename, join } from 'node:path'
import type { Action } from '@kernelkit/action-kit'
import { isSwitchedOff, type ImageSpec } from '@kernelkit/core/options'
import type { Store } from '@kernelkit/host'
import { releaseMemoryPath } from '@kernelkit/image'
import { refreshWindow } from './refresh-window.ts'

/** What is known of the suite in this span of time, for all runs of the repository. */
export interface ReleaseWindow {
  /** For later runs in the same span. */
  save(): Promise<void>
  describe(): string
}

/**
 * `refresh` over runs that start on empty machines: the first bake of a span asks the mirror for the suite's Release, the others take
 * its answer from the Actions cache, so that they get the same image. Another image has an answer of its own.
 */
export async function openReleaseWindow(action: Action, store: Store, spec: ImageSpec): Promise<ReleaseWindow> {
  const { host, cache, inputs } = action
  const memory = await releaseMemoryPath(host, store, spec)
  const window = refreshWindow(spec.refresh, host.now())
  const { suite, arch, mirror, include, sizeBytes, sshKeys, customize, overlays, trim } = spec
  const image = host.sha256(JSON.stringify([mirror, include, sizeBytes, sshKeys.length, customize, overlays, trim])).slice(0, 12)
  const prefix = `release-${suite}-${arch.name}-${image}-${window}-`
  const describe = (): string => `refresh: ${spec.refresh} (${window})`
  host.log.info(describe())
  const isUsed = !isSwitchedOff(inputs, 'cache') && (await cache.isAvailable())
  if (isUsed && !(await host.fs.exists(memory))) {
    await using directory = await host.tempDir()
    const came = await cache.restore({ directory: directory.path, key: prefix, prefixes: [prefix] })
    const file = join(directory.path, basename(memory))
    if (came !== undefined && (await host.fs.exists(file))) await host.fs.writeAtomic(memory, await host.fs.readFile(file))
    host.log.info(came === undefined ? 'first bake of this span: the mirror is asked' : `as an earlier run found it: ${came}`)
  }
  const known = await readText(action, memory)
  return {
    describe,
    save: async () => {
      const text = await readText(action, memory)
      if (!isUsed || text === undefined || text === known) return host.log.info('nothing new')
      await using directory = await host.tempDir()
      await host.fs.writeFile(join(directory.path, basename(memory)), text)
      const saved = await cache.save({ directory: directory.path, key: prefix + host.sha256(text).slice(0, 12) })
      host.log.info(saved ? 'saved to the Actions cache' : 'not saved: the next run asks the mirror itself')
    },
  }
}

async function readText({ host }: Action, path: string): Promise<string | undefined> {
  return host.fs.readFile(path, 'utf8').catch(() => undefined)
}
