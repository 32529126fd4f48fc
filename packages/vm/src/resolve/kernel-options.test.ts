import { mkdtemp, rm, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { buffer } from 'node:stream/consumers'
import zlib from 'node:zlib'
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

it('takes the lines of a configuration alone from the .config next to it', async () => {
  const config = ['# Automatically generated', '#', 'CONFIG_NET=y', '# CONFIG_SMP is not set', '']
  await writeFile(join(directory, '.config'), ['machine x login y password z', ...config, 'A_TOKEN=a-secret\0', ''].join('\n'))
  const early = Date.now() / 1000 - 3600
  await utimes(join(directory, '.config'), early, early)
  expect((await read()).text).toBe([...config, ''].join('\n'))
})

it('reports no configuration for a kernel that is cut short', async () => {
  await writeFile(join(directory, 'bzImage'), bzImage({ release: '6.12', wide: true }))
  expect((await read()).source).toBeUndefined()
})

/** An image whose payload is a zstd frame: so many zeros, then `tail`. */
async function zeros(bytes: number, tail: Uint8Array): Promise<Buffer> {
  const piece = Buffer.alloc(2 ** 20)
  async function* content(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < bytes; at += piece.length) yield piece
    yield tail
  }
  const packed = await buffer(Readable.from(content()).pipe(zlib.createZstdCompress()))
  const image = bzImage({ release: '6.12', wide: true })
  image[0x1f1] = 7
  image.writeUInt32LE(packed.length + 4, 0x24c)
  return Buffer.concat([image, packed, Buffer.alloc(4)])
}

const inner = (config: Uint8Array) => Buffer.concat([Buffer.from('IKCFG_ST'), config, Buffer.from('IKCFG_ED')])

it('reads no more of a kernel than it can have, and keeps little of it in memory', async () => {
  const before = process.memoryUsage().rss
  await writeFile(join(directory, 'bzImage'), await zeros(2 ** 22, inner(zlib.gzipSync('CONFIG_NET=y\n'))))
  expect((await read()).value('NET')).toBe('y')
  await writeFile(join(directory, 'bzImage'), await zeros(2 ** 30 + 2 ** 20, inner(zlib.gzipSync('CONFIG_NET=y\n'))))
  expect((await read()).source).toBeUndefined()
  expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 28)
})

it.each([
  ['that is unpacked without end', zlib.gzipSync(Buffer.alloc(2 ** 26))],
  ['that has no end', Buffer.alloc(2 ** 23, 1)],
  ['that is not packed', Buffer.from('CONFIG_NET=y')],
])('reports no configuration %s', async (_title, config) => {
  await writeFile(join(directory, 'bzImage'), await zeros(2 ** 20, inner(config)))
  expect((await read()).source).toBeUndefined()
})
