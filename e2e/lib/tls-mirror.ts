import { execFileSync } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { readFile, readdir, stat } from 'node:fs/promises'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { join, normalize } from 'node:path'

/** A server of a directory over TLS, which lists directories as Apache does. */
export interface TlsMirror {
  readonly url: string
  /** The certificate that clients have to trust: NODE_EXTRA_CA_CERTS. */
  readonly certificate: string
  /** Paths that were asked for, in order. */
  readonly asked: string[]
  stop(): Promise<void>
}

/** Serves `root`; the paths of `refers` are answered with another address. */
export async function startTlsMirror(directory: string, root: string, refers: Readonly<Record<string, string>> = {}): Promise<TlsMirror> {
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
  execFileSync(
    'openssl',
    ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, '-keyout', key, '-out', certificate],
    {
      stdio: 'pipe',
    },
  )
  const asked: string[] = []
  const server = createServer({ key: await readFile(key), cert: await readFile(certificate) }, (request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url ?? '/', 'https://localhost').pathname))
    asked.push(path)
    const to = refers[path]
    if (to !== undefined) {
      response.writeHead(302, { location: to }).end()
      return
    }
    answer(join(root, path)).then(
      (body) => (typeof body === 'string' ? response.end(body) : body.pipe(response)),
      () => response.writeHead(404).end(),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
  return {
    url: `https://localhost:${(server.address() as AddressInfo).port}`,
    certificate,
    asked,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function answer(path: string): Promise<string | ReturnType<typeof createReadStream>> {
  if (!(await stat(path)).isDirectory()) return createReadStream(path)
  const names = await readdir(path, { withFileTypes: true })
  const links = names.map((one) => `<a href="${encodeURIComponent(one.name)}${one.isDirectory() ? '/' : ''}">${one.name}</a>`)
  return `<html><a href="?C=N;O=D">Name</a> <a href="/">Parent Directory</a>\n${links.join('\n')}</html>`
}
