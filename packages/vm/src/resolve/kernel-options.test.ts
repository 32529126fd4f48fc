import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { bzImage } from '../../test/fixture-kernels.ts'
import { readKernelImage } from './kernel-image.ts'
import { readKernelOptions } from './kernel-options.ts'

const host = nodeHost()
let directory = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-test-'))
  await writeFile(join(directory, 'bzImage'), bzImage({ release: '6.12', wide: true, config: 'CONFIG_NET=y\nCONFIG_LOCALVERSION="-x"\n' }))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const read = async () => readKernelOptions(host, await readKernelImage(host, join(directory, 'bzImage')))

it('reads the configuration inside a kernel', async () => {
  const options = await read()
  expect(options.source).toMatch(/^inside /)
  expect([options.value('NET'), options.value('LOCALVERSION'), options.value('NE')]).toEqual(['y', '-x', undefined])
})

it('reads the .config next to it, unless that was edited after the build', async () => {
  const config = join(directory, '.config')
  await writeFile(config, '# CONFIG_NET is not set\nCONFIG_SMP=m\n')
  const later = Date.now() / 1000 + 3600
  await utimes(join(directory, 'bzImage'), later, later)
  expect((await read()).value('SMP')).toBe('m')
  await utimes(join(directory, 'bzImage'), later - 7200, later - 7200)
  const options = await read()
  expect([options.source, options.value('NET')]).toEqual([`inside ${join(directory, 'bzImage')}`, 'y'])
})

it('reports no configuration for a kernel that is cut short', async () => {
  await writeFile(join(directory, 'bzImage'), bzImage({ release: '6.12', wide: true }))
  expect((await read()).source).toBeUndefined()
})
