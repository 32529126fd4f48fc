import { describe, expect, it } from 'vitest'
import { choosePlatform, readOciDocument } from './oci.ts'

const digest = (letter: string): string => `sha256:${letter.repeat(64)}`

describe('a document of an OCI image', () => {
  it('is a manifest with its layers', () => {
    const text = JSON.stringify({ schemaVersion: 2, config: { digest: digest('c') }, layers: [{ digest: digest('a'), size: 12 }] })
    expect(readOciDocument(text)).toEqual({ kind: 'manifest', layers: [{ digest: digest('a'), bytes: 12 }] })
  })

  it('is an index whose manifests are chosen by platform', () => {
    const text = JSON.stringify({
      manifests: [
        { digest: digest('a'), size: 1, platform: { os: 'linux', architecture: 'arm64' } },
        { digest: digest('b'), size: 2, platform: { os: 'linux', architecture: 'amd64' } },
        { digest: digest('d'), size: 3, annotations: { 'org.opencontainers.image.ref.name': '6.6' } },
      ],
    })
    const document = readOciDocument(text)
    const manifests = document.kind === 'index' ? document.manifests : []
    expect(choosePlatform(manifests, 'amd64').map((one) => one.digest)).toEqual([digest('b')])
    expect(choosePlatform(manifests, '386')).toEqual([{ digest: digest('d'), bytes: 3, platform: undefined, tag: '6.6' }])
  })

  it.each([
    ['<html>', 'it is not JSON'],
    ['{}', 'it has neither layers nor manifests'],
    ['{"layers":[{"digest":"sha256:../../etc","size":1}]}', 'one of its descriptors has no sha256 digest or no size'],
    [`{"layers":[{"digest":"${digest('a')}","size":-1}]}`, 'one of its descriptors has no sha256 digest or no size'],
    [`{"layers":${JSON.stringify(Array.from({ length: 1001 }, () => ({})))}}`, 'it has 1001 of them, more than 1000'],
  ])('is refused with the reason: %.40s', (text, reason) => {
    expect(readOciDocument(text)).toEqual({ kind: 'unknown', reason })
  })
})
