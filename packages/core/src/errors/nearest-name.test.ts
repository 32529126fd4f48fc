import { describe, expect, it } from 'vitest'
import { nearestName } from './nearest-name.ts'

const names = ['VIRTIO_NET', 'VIRTIO_BLK', 'EXT4_FS', 'NET']

describe('nearestName', () => {
  it.each([
    ['VIRTIO_NETT', 'VIRTIO_NET'],
    ['virtio_net', 'VIRTIO_NET'],
    ['EXT_FS', 'EXT4_FS'],
    ['NTE', 'NET'],
    ['VITRIO_NET', 'VIRTIO_NET'],
    ['ETN', undefined],
    ['NEET', 'NET'],
    ['SOUND', undefined],
    ['', undefined],
  ])('of %j is %j', (seen, expected) => {
    expect(nearestName(seen, names)).toBe(expected)
  })

  it('takes the first of equally near names', () => {
    expect(nearestName('VIRTIO_XXX', ['VIRTIO_NXX', 'VIRTIO_XBX'])).toBe('VIRTIO_NXX')
  })
})
