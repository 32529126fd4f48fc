import { dirname } from 'node:path'
import { writeCpio, type CpioEntry } from '@kernelkit/core/cpio'
import type { Host, Store } from '@kernelkit/host'
import type { Busybox } from './find-busybox.ts'
import { storedInitrd } from './joined-initrd.ts'

const program = 'bin/busybox'

/** An archive of the store followed by one with busybox and a link for each of its commands, at the places that Debian has them. */
export async function busyboxInitrd(options: {
  readonly initrd: string
  readonly busybox: Busybox
  readonly host: Host
  readonly store: Store
}): Promise<string> {
  const { initrd, busybox, host, store } = options
  const { size, mtimeMs } = await host.fs.stat(busybox.path)
  return storedInitrd({
    identity: ['busybox', initrd, busybox.path, size, mtimeMs].join('\n'),
    host,
    store,
    write: async (to) => {
      const { stdout } = await host.run([busybox.path, '--list-full'])
      const archive = writeCpio(busyboxEntries(stdout.split('\n'), await host.fs.readFile(busybox.path)))
      await host.fs.writeFile(to, [await host.fs.readFile(initrd), archive])
    },
  })
}

/** `commands` as `busybox --list-full` prints them: `usr/bin/env`, without a slash in front. */
export function busyboxEntries(commands: readonly string[], content: Uint8Array): readonly CpioEntry[] {
  // Its init would be taken for that of a root.
  const links = commands.filter((path) => /^(?:usr\/)?s?bin\/[^/]+$/.test(path) && path !== program && path !== 'sbin/init')
  const directories = new Set(['bin', 'usr', ...links.map((path) => dirname(path))])
  return [
    ...[...directories].map((path): CpioEntry => ({ kind: 'directory', path, mode: 0o755 })),
    { kind: 'file', path: program, mode: 0o755, content },
    ...links.map((path): CpioEntry => ({ kind: 'symlink', path, mode: 0o777, target: `/${program}` })),
  ]
}
