import { join } from 'node:path'
import type { Host, Store } from '@kernelkit/host'
import { guestProgramsDirectory } from '../package-directory.ts'

/** The library for virtiofsd, compiled once into the store; `undefined` on hosts where it cannot be. */
export async function noAtimeLibrary(host: Host, store: Store): Promise<string | undefined> {
  if ((await host.which('gcc')) === undefined) return undefined
  const sources = await guestProgramsDirectory(host)
  const flags = ['-shared', '-fPIC', '-Os', '-nostdlib', '-ffreestanding', '-fno-stack-protector', '-Wl,-z,noexecstack']
  const library = 'no-atime.so'
  try {
    const { entry } = await store.obtain({
      kind: 'agent',
      material: [
        ['library', library],
        ['flags', flags.join(' ')],
        ...(await Promise.all(
          ['no-atime.c', 'arch.h'].map(async (name) => [name, host.sha256(await host.fs.readFile(join(sources, name)))] as const),
        )),
      ],
      produce: async (directory) => {
        await host.run(['gcc', ...flags, '-o', join(directory, library), 'no-atime.c'], { cwd: sources })
      },
    })
    return join(entry.path, library)
  } catch (error) {
    host.log.detail(`no library for virtiofsd: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  }
}
