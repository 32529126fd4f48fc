import { expect, it } from 'vitest'
import { bytesOfImages } from './list-toolchain-images.ts'

it('bytesOfImages counts a layer that images share once', () => {
  const [base, tools] = [
    { id: 'base', bytes: 100 },
    { id: 'base, tools', bytes: 386 },
  ]
  const whole = { id: 'base, tools, qemu', bytes: 236 }
  expect(bytesOfImages([{ layers: [base, tools] }, { layers: [base, tools, whole] }])).toBe(722)
  expect(bytesOfImages([])).toBe(0)
})
