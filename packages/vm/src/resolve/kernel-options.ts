import { dirname, join } from 'node:path'
import { kernelImageNames } from '@kernelkit/core/arch'
import type { ModuleIndex } from '@kernelkit/core/modules'
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
  /** Its modules, where their files are known. */
  readonly modules?: KernelModules | undefined
}

/** Modules that can be loaded before the guest's first program. */
export interface KernelModules {
  readonly index: ModuleIndex
  /** lib/modules/RELEASE on this host. */
  readonly directory: string
  /** The module that an option makes, when its file is there. */
  readonly madeBy: (symbol: string) => string | undefined
}

/** The configuration of a kernel: the file next to it, else the copy inside it (IKCONFIG), else unknown. */
export async function readKernelOptions(host: Host, image: KernelImage): Promise<KernelOptions> {
  for (const path of configPaths(image.path)) {
    const text = await host.fs.readFile(path, 'utf8').catch(() => undefined)
    if (text === undefined) continue
    const isNewer = (await host.fs.stat(path)).mtimeMs > image.modifiedAt + 1000 && path.endsWith('/.config')
    if (isNewer) {
      const inside = await innerConfig(host, image)
      if (inside !== undefined) return optionsOf(inside, `inside ${image.path}`)
    }
    return optionsOf(optionLines(text), path)
  }
  const inside = await innerConfig(host, image)
  return inside === undefined ? optionsOf(undefined, undefined) : optionsOf(inside, `inside ${image.path}`)
}

/** Lines that kconfig writes: evidence has the text, and a link may give any file of this host this name. */
function optionLines(text: string): string {
  const lines = text.split('\n').filter((line) => /^(?:#(?: [^]*)?|CONFIG_\w+=[^]*|\r?)$/.test(line))
  return lines.join('\n')
}

/** Most kernels have their configuration next to them: what unpacks one is not loaded for them. */
async function innerConfig(host: Host, image: KernelImage): Promise<string | undefined> {
  const { readInnerConfig } = await import('./inner-config.ts')
  return readInnerConfig(host, image)
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

/** Whether a kernel has all of these, built in or as modules that are there; one whose configuration is unknown gets the benefit of the doubt. */
export function canUse(options: KernelOptions, symbols: readonly string[]): boolean {
  return options.source === undefined || symbols.every((symbol) => provides(options, symbol))
}

/** Whether an option is built in, or is a module whose file is there. */
export function provides(options: KernelOptions, symbol: string): boolean {
  return options.value(symbol) === 'y' || moduleOf(options, symbol) !== undefined
}

/** The module that brings an option which is not built in; `undefined` when there is none. */
export function moduleOf(options: KernelOptions, symbol: string): string | undefined {
  return options.value(symbol) === 'm' ? options.modules?.madeBy(symbol) : undefined
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
