import type { Host } from './host.ts'

export interface DockerEngine {
  readonly reachable: boolean
  /** Version, or why it cannot be reached. */
  readonly detail: string
}

// A local socket answers at once; one that accepts and is silent has no engine behind it.
const answerMs = 2000

/** Ask the engine's socket for its version (Docker Engine API, GET /version); no docker program needed. */
export async function dockerEngine(host: Pick<Host, 'env'>): Promise<DockerEngine> {
  const address = host.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock'
  if (!address.startsWith('unix://')) return { reachable: false, detail: `DOCKER_HOST is ${address}: only unix sockets are asked` }
  const socketPath = address.slice('unix://'.length)
  // It loads the whole web client of Node with it, which no run of a VM needs.
  const { request } = await import('node:http')
  const { promise, resolve } = Promise.withResolvers<DockerEngine>()
  const asked = request({ socketPath, path: '/version', timeout: answerMs }, (response) => {
    let body = ''
    response.setEncoding('utf8').on('data', (text: string) => (body += text))
    response.on('end', () =>
      resolve({
        reachable: response.statusCode === 200,
        detail: versionOf(body) ?? `${socketPath} answered ${response.statusCode ?? 'nothing'}`,
      }),
    )
  })
  asked.on('timeout', () => asked.destroy(new Error(`no answer within ${answerMs / 1000} s`)))
  asked.on('error', (error) => resolve({ reachable: false, detail: `${socketPath}: ${error.message}` }))
  asked.end()
  return promise
}

function versionOf(body: string): string | undefined {
  try {
    const value: unknown = JSON.parse(body)
    if (typeof value !== 'object' || value === null || !('Version' in value) || typeof value.Version !== 'string') return undefined
    return `version ${value.Version}`
  } catch {
    return undefined
  }
}
