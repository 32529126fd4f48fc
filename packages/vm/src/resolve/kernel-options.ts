import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { constants, gunzip } from 'node:zlib'
import { kernelImageNames, readImageHeader } from '@kernelkit/core/arch'
import type { Host } from '@kernelkit/host'
import type { KernelImage } from './kernel-image.ts'

/** What a kernel was built with, as far as it can be known. */
export interface KernelOptions {
  /** Where it was read, to be printed; `undefined`: unknown. */
  readonly source: string | undefined
  /** The whole configuration. */
  readonly text: string | undefined
  /** `y`, `m`, a text or a number; `undefined` when the option is off or unknown. */
  value(symbol: string): string | undefined
}

/** The configuration of a kernel: the file next to it, else the copy inside it (IKCONFIG), else unknown. */
export async function readKernelOptions(host: Host, image: KernelImage): Promise<KernelOptions> {
  for (const path of configPaths(image.path)) {
    const text = await host.fs.readFile(path, 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const isNewer = (await host.fs.stat(path)).mtimeMs > image.modifiedAt + 1000 && path.endsWith('/.config')
    if (isNewer) {
      const inside = await readInnerConfig(host, image)
      if (inside !== undefined) return optionsOf(inside, `inside ${image.path}`)
    }
    return optionsOf(text, path)
  }
  const inside = await readInnerConfig(host, image)
  return inside === undefined ? optionsOf(undefined, undefined) : optionsOf(inside, `inside ${image.path}`)
}

/** The value of an option in the text of a .config. */
export function optionsOf(text: string | undefined, source: string | undefined): KernelOptions {
  return {
    source,
    text,
    value: (symbol) => {
      const match = text === undefined ? null : new RegExp(`^CONFIG_${symbol}=(.*)$`, 'm').exec(text)
      return match?.[1]?.replace(/^"(.*)"$/, '$1')
    },
  }
}

/** Whether a kernel has all of these built in; one whose configuration is unknown gets the benefit of the doubt. */
export function canUse(options: KernelOptions, symbols: readonly string[]): boolean {
  return options.source === undefined || symbols.every((symbol) => options.value(symbol) === 'y')
}

/** 2 GiB is touched only as the guest uses it; the sanitizers keep shadow memory and poisoned pages. */
export function defaultMemoryMiB(options: KernelOptions): number {
  const isSanitized = ['KASAN', 'KMSAN'].some((symbol) => options.value(symbol) === 'y')
  return isSanitized ? 4096 : 2048
}

// Distributions: /boot/vmlinuz-R next to /boot/config-R.
const releasedName = new RegExp(`(?:${['vmlinuz', 'vmlinux', ...kernelImageNames].join('|')})-(.+)$`)

function configPaths(kernel: string): readonly string[] {
  const directory = dirname(kernel)
  const release = releasedName.exec(kernel)?.[1]
  return [
    join(directory, 'config'),
    join(directory, '.config'),
    // An image below arch/*/boot of its build directory.
    ...(/\/arch\/[^/]+\/boot$/.test(directory) ? [join(directory, '../../../.config')] : []),
    ...(release === undefined ? [] : [join(directory, `config-${release}`)]),
  ]
}

const mark = Buffer.from('IKCFG_ST')

/** CONFIG_IKCONFIG keeps the configuration, gzipped, after a mark in the kernel's data (kernel/configs.c, scripts/extract-ikconfig). */
async function readInnerConfig(host: Host, image: KernelImage): Promise<string | undefined> {
  const data = image.format === 'vmlinux' ? await host.fs.readFile(image.path) : await unpackImage(host, image.path)
  const at = data?.indexOf(mark) ?? -1
  if (data === undefined || at < 0) return undefined
  const end = data.indexOf('IKCFG_ED', at)
  return end < 0 ? undefined : (await promisify(gunzip)(data.subarray(at + mark.length, end)).catch(() => undefined))?.toString('utf8')
}

/** The vmlinux inside a gzip or zstd image; other compressions are left unknown. */
async function unpackImage(host: Host, path: string): Promise<Buffer | undefined> {
  const file = await host.fs.readFile(path)
  const { offset, size } = readImageHeader(file)?.payload ?? { offset: 0, size: 0 }
  const payload = file.subarray(offset, offset + size)
  // A header without its payload: cut short, or made for something else.
  if (payload.length < 4) return undefined
  if (payload.readUInt16BE(0) === 0x1f8b) return promisify(gunzip)(payload, { finishFlush: constants.Z_SYNC_FLUSH }).catch(() => undefined)
  const zlib = await import('node:zlib')
  // zstd came with Node 22.15.
  if (payload.readUInt32LE(0) === 0xfd2fb528 && 'zstdDecompress' in zlib) {
    return promisify(zlib.zstdDecompress)(payload.subarray(0, payload.length - 4)).catch(() => undefined)
  }
  return undefined
}
