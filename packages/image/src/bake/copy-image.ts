import { basename, join } from 'node:path'
import { explaining, type Host } from '@kernelkit/host'
import type { BakeResult } from './image-manifest.ts'

/** A baked image at a place of the user's choice, holes kept, with its manifest beside it; a folder gets a name of suite and architecture. */
export async function copyImage(
  host: Host,
  result: Pick<BakeResult, 'image' | 'manifest' | 'suite' | 'arch'>,
  out: string,
): Promise<string> {
  const isFolder =
    out.endsWith('/') ||
    (await host.fs.stat(out).then(
      (stat) => stat.isDirectory(),
      () => false,
    ))
  const target = isFolder ? join(out, `${result.suite}-${result.arch}.ext4`) : out
  const beside = `${target}.${host.randomHex(4)}.tmp`
  await explaining(target, async () => {
    await host.fs.mkdir(join(target, '..'), { recursive: true })
    try {
      await host.run(['cp', '--sparse=always', '--reflink=auto', result.image, beside])
      const manifest = JSON.parse(await host.fs.readFile(result.manifest, 'utf8')) as Record<string, unknown>
      await host.fs.writeAtomic(`${target}.json`, `${JSON.stringify({ ...manifest, image: basename(target) }, undefined, 2)}\n`)
      await host.fs.rename(beside, target)
    } finally {
      await host.fs.rm(beside, { force: true })
    }
  })
  return target
}
