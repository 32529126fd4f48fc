import { stat } from 'node:fs/promises'
import { timeCommand } from './time-command.ts'

/** What a sparse image really takes: bytes allocated on disk, and as a sparse tar through zstd level 3. */
export async function imageSizes(image: string): Promise<{ readonly allocatedMiB: number; readonly zstdMB: number }> {
  const { blocks } = await stat(image)
  const { stdout } = await timeCommand([
    'bash',
    '-o',
    'pipefail',
    '-c',
    'tar -S -cf - -C "$(dirname "$1")" "$(basename "$1")" | zstd -q -3 -c | wc -c',
    'bash',
    image,
  ])
  // st_blocks counts 512-byte units (stat(2)).
  return { allocatedMiB: (blocks * 512) / 2 ** 20, zstdMB: Number(stdout) / 1e6 }
}
