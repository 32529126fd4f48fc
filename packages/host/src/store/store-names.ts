import { renderKeyMaterial, type KeyMaterial } from '@kernelkit/core/cachekey'
import type { Host } from '../host.ts'
import type { ArtifactKind } from './store.ts'

/** Half of SHA-256: no collision to fear, and paths stay short. */
const keyLength = 32

export function keyOf(host: Pick<Host, 'sha256'>, material: KeyMaterial): string {
  return hashOf(host, renderKeyMaterial(material))
}

/** The key of a rendered material: of the text in an entry's key.txt. */
export function hashOf(host: Pick<Host, 'sha256'>, text: string): string {
  return host.sha256(text).slice(0, keyLength)
}

export function lockNameOf(kind: ArtifactKind, key: string): string {
  return `${kind}-${key}`
}

/** A lock's name may hold a path; its file name may not. */
export function fileNameOf(host: Pick<Host, 'sha256'>, name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9_-]+/g, '-').slice(-60)
  return plain === name ? `own-${name}` : `own-${plain}-${host.sha256(name).slice(0, 12)}`
}
