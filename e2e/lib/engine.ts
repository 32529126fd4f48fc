import { request } from 'node:http'

/** GET of the engine of the container tests, as JSON. */
function ask(path: string): Promise<unknown> {
  const socketPath = (process.env['DOCKER_HOST'] ?? '').replace(/^unix:\/\//, '')
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path }, (response) => {
      let body = ''
      response.setEncoding('utf8').on('data', (text: string) => (body += text))
      response.on('end', () => {
        if (response.statusCode === 200) resolve(JSON.parse(body))
        else reject(new Error(`${path}: ${response.statusCode ?? '?'} ${body}`))
      })
    })
    asked.on('error', reject)
    asked.end()
  })
}

/** Containers of ours, running or not: `docker ps -a --filter label=kernelkit`. */
export async function ourContainers(): Promise<readonly string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: ['kernelkit'] }))
  const list = (await ask(`/containers/json?all=1&filters=${filters}`)) as readonly {
    readonly Names: readonly string[]
    readonly Status: string
  }[]
  return list.map(({ Names, Status }) => `${Names.join(' ')} (${Status})`)
}
