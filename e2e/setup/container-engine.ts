import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { askEngine, startPrivateDockerd } from '../../tools/private-dockerd.ts'
import { testStore } from './test-store.ts'

/**
 * The engine of the container tests: the one that answers at DOCKER_HOST or at Docker's own place, else a private one
 * whose images stay next to the test store. Tests find it in DOCKER_HOST, and the store in KERNELKIT_CACHE_DIR.
 * Where no engine can run this throws: the project fails instead of passing without having tested anything.
 */
export default async function setup(): Promise<(() => Promise<void>) | undefined> {
  const store = testStore()
  mkdirSync(store, { recursive: true })
  process.env['KERNELKIT_CACHE_DIR'] = store
  const address = process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  if (await answers(address)) {
    process.stdout.write(`container tests: the engine at ${address}\n`)
    process.env['DOCKER_HOST'] = address
    return undefined
  }
  if (process.env['DOCKER_HOST'] !== undefined)
    throw new Error(`no engine answers at DOCKER_HOST=${address}: start it, or unset DOCKER_HOST`)
  const engine = await startPrivateDockerd(join(store, 'engine')).catch((cause: unknown) => {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`the container tests need a Docker Engine: none answers at ${address}, and a private one cannot run here: ${reason}`, {
      cause,
    })
  })
  process.stdout.write(`container tests: a private dockerd at ${engine.address}\n`)
  process.env['DOCKER_HOST'] = engine.address
  return () => engine.stop()
}

/** Anything but a unix socket is the product's to try. */
async function answers(address: string): Promise<boolean> {
  if (!address.startsWith('unix://')) return true
  return (await askEngine(address.slice('unix://'.length))) !== undefined
}
