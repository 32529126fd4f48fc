import { createHash } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { tarEnd, tarHeader, tarPadding } from '../src/image/tar-entry.ts'

/** A registry on this machine that holds one small image (OCI distribution specification, pulling only). */
export interface TestRegistry extends AsyncDisposable {
  /** `127.0.0.1:PORT/base`: engines speak plain HTTP with this address. */
  readonly name: string
  readonly digest: string
}

/** Serve an image with these labels, whose only file is `/hello`: as little Debian as can be. */
export async function serveImage(labels: Readonly<Record<string, string>>): Promise<TestRegistry> {
  const file = Buffer.from('hello\n')
  const tar = Buffer.concat([tarHeader({ name: 'hello', size: file.length, mode: 0o644 }), file, tarPadding(file.length), tarEnd])
  const layer = gzipSync(tar)
  const config = Buffer.from(
    JSON.stringify({
      architecture: process.arch === 'x64' ? 'amd64' : process.arch,
      os: 'linux',
      config: { Labels: labels, Cmd: ['/hello'] },
      rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    }),
  )
  const type = 'application/vnd.docker.distribution.manifest.v2+json'
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: type,
      config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: config.length, digest: digestOf(config) },
      layers: [{ mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: layer.length, digest: digestOf(layer) }],
    }),
  )
  const blobs = new Map([manifest, config, layer].map((blob) => [digestOf(blob), blob]))
  const server = createServer((request, response) => {
    const digest = /sha256:[0-9a-f]{64}$/.exec(request.url ?? '')?.[0]
    const blob = blobs.get(digest ?? '')
    if (request.url === '/v2/') response.end('{}')
    else if (blob === undefined) response.writeHead(404).end('{"errors":[{"code":"MANIFEST_UNKNOWN","message":"manifest unknown"}]}')
    else {
      const isManifest = request.url?.includes('/manifests/') === true
      response.writeHead(200, {
        'content-type': isManifest ? type : 'application/octet-stream',
        'content-length': blob.length,
        'docker-content-digest': digest,
      })
      response.end(request.method === 'HEAD' ? undefined : blob)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    name: `127.0.0.1:${(server.address() as AddressInfo).port}/base`,
    digest: digestOf(manifest),
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function digestOf(content: Uint8Array): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}
