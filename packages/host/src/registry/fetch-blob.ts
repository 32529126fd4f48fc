import { UserError } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { askChallenge, fetchFile } from '../steps/fetch-file.ts'

/** Something in a registry, named by what it contains. */
export interface RegistryObject {
  /** `registry.test`, `localhost:5000`. */
  readonly host: string
  readonly name: string
  readonly kind: 'manifests' | 'blobs'
  /** `sha256:…`. */
  readonly digest: string
  readonly mostBytes: number
}

export interface FetchObject {
  readonly to: string
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((bytes: number, total: number | undefined) => void) | undefined
}

// https://github.com/opencontainers/image-spec, media-types.md, and Docker's names of the same documents.
const manifestTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
]

/** Fetches an object by the protocol of registries, without login, into a file whose content has the digest. */
export async function fetchRegistryObject(host: Host, object: RegistryObject, { to, signal, onProgress }: FetchObject): Promise<void> {
  const url = `${addressOf(object.host)}/v2/${object.name}/${object.kind}/${object.digest}`
  const fetchWith = (authorization: Readonly<Record<string, string>>) =>
    fetchFile(host, {
      url,
      to,
      sha256: object.digest.replace(/^sha256:/, ''),
      mostBytes: object.mostBytes,
      headers: { ...(object.kind === 'manifests' ? { accept: manifestTypes.join(', ') } : {}), ...authorization },
      signal,
      onProgress,
    })
  try {
    await fetchWith({})
  } catch (error) {
    if (!(error instanceof UserError) || error.details['status'] !== 401) throw error
    const token = await anonymousToken(host, url, object.name, signal)
    if (token === undefined) throw error
    await fetchWith({ authorization: `Bearer ${token}` })
  }
}

/** Registries of this machine have no certificate, as every client of them assumes. */
function addressOf(registry: string): string {
  return /^(?:localhost|127\.\d+\.\d+\.\d+|\[::1\])(?::\d+)?$/.test(registry) ? `http://${registry}` : `https://${registry}`
}

// Far above any token.
const mostTokenBytes = 1 << 20

/** https://distribution.github.io/distribution/spec/auth/token: public images are read with a token for everyone. */
async function anonymousToken(host: Host, url: string, name: string, signal?: AbortSignal): Promise<string | undefined> {
  const challenge = await askChallenge(host, url, signal)
  const parts = Object.fromEntries(
    [...(/^Bearer (.*)$/i.exec(challenge ?? '')?.[1] ?? '').matchAll(/(\w+)="([^"]*)"/g)].map(([, key = '', value = '']) => [key, value]),
  )
  const realm = parts['realm']
  if (realm === undefined || !URL.canParse(realm) || !/^https?:$/.test(new URL(realm).protocol)) return undefined
  const address = new URL(realm)
  if (parts['service'] !== undefined) address.searchParams.set('service', parts['service'])
  address.searchParams.set('scope', `repository:${name}:pull`)
  await using directory = await host.tempDir('kernelkit-token-')
  const to = `${directory.path}/token.json`
  await fetchFile(host, { url: address.href, to, mostBytes: mostTokenBytes, signal })
  try {
    const answer = JSON.parse(await host.fs.readFile(to, 'utf8')) as Readonly<Record<string, unknown>>
    const token = answer['token'] ?? answer['access_token']
    return typeof token === 'string' && /^[\x21-\x7e]+$/.test(token) ? token : undefined
  } catch {
    return undefined
  }
}
