import { dirname, join } from 'node:path'
import type { Host } from '@kernelkit/host'
import type { KernelImage } from './kernel-image.ts'

/** The release of a kernel: its own header, what its build directory or manifest says, else the banner in its data. */
export async function kernelRelease(host: Host, image: KernelImage): Promise<string | undefined> {
  if (image.release !== undefined) return image.release
  const directory = dirname(image.path)
  const built = await host.fs.readFile(join(directory, 'include/config/kernel.release'), 'utf8').catch(() => undefined)
  if (built !== undefined) return built.trim()
  const manifest = await readManifest(host, directory)
  if (typeof manifest?.['release'] === 'string') return manifest['release']
  return scanBanner(host, image.path)
}

/** `manifest.json` next to a kernel of the store. */
export async function readManifest(host: Host, directory: string): Promise<Readonly<Record<string, unknown>> | undefined> {
  try {
    const value: unknown = JSON.parse(await host.fs.readFile(join(directory, 'manifest.json'), 'utf8'))
    return typeof value === 'object' && value !== null ? { ...value } : undefined
  } catch {
    return undefined
  }
}

// The banner is among the data, before the debug information.
const mostBytes = 2 ** 30

async function scanBanner(host: Host, path: string): Promise<string | undefined> {
  let tail = ''
  for await (const chunk of host.fs.createReadStream(path, { highWaterMark: 4 * 2 ** 20, end: mostBytes })) {
    const text = tail + Buffer.from(chunk).toString('latin1')
    const found = /Linux version (\d+\.\d[^\s%]*) /.exec(text)
    if (found !== null) return found[1]
    tail = text.slice(-300)
  }
  return undefined
}
