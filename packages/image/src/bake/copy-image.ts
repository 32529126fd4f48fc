import { basename, dirname, join } from 'node:path'
import type { Step } from '@kernelkit/core/plan'
import { checkOutPath, explaining, runSteps, type Host } from '@kernelkit/host'
import type { BakeResult } from './image-manifest.ts'

/** The file that `--out` means; in a directory it is named after suite and architecture. */
export async function imageTarget(host: Host, { suite, arch }: Pick<BakeResult, 'suite' | 'arch'>, out: string): Promise<string> {
  const isDirectory =
    out.endsWith('/') ||
    (await host.fs.stat(out).then(
      (stat) => stat.isDirectory(),
      () => false,
    ))
  return isDirectory ? join(out, `${suite}-${arch}.ext4`) : out
}

/** Copied under another name first: what was there stays until the copy is whole. */
export function copyImageSteps({
  image,
  target,
  temporary,
}: {
  readonly image: string
  readonly target: string
  readonly temporary: string
}): {
  readonly copy: readonly Step[]
  readonly rename: readonly Step[]
} {
  return {
    copy: [
      { kind: 'mkdir', why: 'room for your copy', path: dirname(target) },
      { kind: 'run', why: 'a copy for you, holes kept', argv: ['cp', '--sparse=always', '--reflink=auto', image, temporary] },
    ],
    rename: [{ kind: 'run', why: 'it is whole', argv: ['mv', temporary, target] }],
  }
}

/** A baked image at a place of the user's choice, with its manifest next to it. Throws LINK_IN_PATH. */
export async function copyImage(
  host: Host,
  result: Pick<BakeResult, 'image' | 'manifest' | 'suite' | 'arch'>,
  out: string,
): Promise<string> {
  await checkOutPath(host, out)
  const target = await imageTarget(host, result, out)
  const temporary = `${target}.${host.randomHex(4)}.tmp`
  const { copy, rename } = copyImageSteps({ image: result.image, target, temporary })
  await explaining(target, async () => {
    try {
      await runSteps(host, copy)
      const manifest = JSON.parse(await host.fs.readFile(result.manifest, 'utf8')) as Record<string, unknown>
      await host.fs.writeAtomic(`${target}.json`, `${JSON.stringify({ ...manifest, image: basename(target) }, undefined, 2)}\n`)
      await runSteps(host, rename)
    } finally {
      await host.fs.rm(temporary, { force: true })
    }
  })
  return target
}
