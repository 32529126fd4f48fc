import { join } from 'node:path'
import type { Host } from '@kernelkit/host'
import type { EnginePlace } from './place.ts'

type ContextHost = Pick<Host, 'env' | 'home' | 'fs' | 'sha256'>

/** The docker context that is in use, by name: `DOCKER_CONTEXT`, else `docker context use`; `undefined`: the default one, which names no place. */
export async function currentContext(host: ContextHost): Promise<{ readonly name: string; readonly from: string } | undefined> {
  const named = host.env['DOCKER_CONTEXT']
  const file = join(configDirectory(host), 'config.json')
  const name = named || field(await readJson(host, file), 'currentContext')
  if (name === undefined || name === 'default') return undefined
  return { name, from: named ? 'DOCKER_CONTEXT' : file }
}

/** Where a context's engine is (layout of docker's context store: a directory per name, named by its SHA-256); a string is the reason why it is unknown. */
export async function contextPlace(
  host: ContextHost,
  { name, from }: { readonly name: string; readonly from: string },
): Promise<EnginePlace | string> {
  const store = join(configDirectory(host), 'contexts')
  const id = host.sha256(name)
  const file = join(store, 'meta', id, 'meta.json')
  const docker = object(object(await readJson(host, file))['Endpoints'])['docker']
  const address = field(docker, 'Host')
  if (address === undefined) return `${from} names the docker context '${name}', but ${file} names no engine`
  const tls = join(store, 'tls', id, 'docker')
  return { address, from: `the docker context '${name}' (${from})`, tls: (await host.fs.exists(tls)) ? tls : undefined }
}

function configDirectory(host: ContextHost): string {
  return host.env['DOCKER_CONFIG'] || join(host.home, '.docker')
}

/** `undefined` for a missing or broken file: docker's own message about it is better than ours. */
async function readJson(host: ContextHost, file: string): Promise<unknown> {
  try {
    const value: unknown = JSON.parse(await host.fs.readFile(file, 'utf8'))
    return value
  } catch {
    return undefined
  }
}

function object(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
}

function field(value: unknown, name: string): string | undefined {
  const found = object(value)[name]
  return typeof found === 'string' && found !== '' ? found : undefined
}
