import { writeCpio, type CpioEntry } from '@kernelkit/core/cpio'
import { UserError } from '@kernelkit/core/errors'
import type { Host, Store } from '@kernelkit/host'
import { unpack } from '../reference/unpack-file.ts'
import type { LoadedModule } from '../resolve/services.ts'
import { storedInitrd } from './joined-initrd.ts'

// As packages/vm/agent/modules.c reads them.
const directory = '.kernelkit/modules'

/** An archive of the store followed by one with modules, unpacked: the agent needs no decompressor. */
export async function moduleInitrd(options: {
  readonly initrd: string
  readonly modules: readonly LoadedModule[]
  readonly host: Host
  readonly store: Store
}): Promise<string> {
  const { initrd, modules, host, store } = options
  const stats = await Promise.all(modules.map(({ file }) => host.fs.stat(file)))
  const facts = modules.map(({ name, file, optional }, index) =>
    [name, file, optional, stats[index]?.size, stats[index]?.mtimeMs].join(' '),
  )
  return storedInitrd({
    identity: ['modules', initrd, ...facts].join('\n'),
    host,
    store,
    write: async (to) => {
      const archive = writeCpio(await moduleEntries(host, modules))
      // The kernel unpacks archives one after another; ours end at a multiple of 4 (Documentation/driver-api/early-userspace/buffer-format.rst).
      const first = await host.fs.readFile(initrd)
      await host.fs.writeFile(to, [first, new Uint8Array((4 - (first.length % 4)) % 4), archive])
    },
  })
}

/** Each module as a file, and the list that says in which order, and whether the guest starts without it. */
async function moduleEntries(host: Host, modules: readonly LoadedModule[]): Promise<readonly CpioEntry[]> {
  const files = await Promise.all(
    modules.map(async ({ name, file }): Promise<CpioEntry> => {
      const content = await unpack(host, await host.fs.readFile(file))
      if (content !== undefined && isElf(content)) return { kind: 'file', path: `${directory}/${name}`, mode: 0o600, content }
      throw new UserError('NO_SUCH_MODULE', `the module ${file} is damaged: it cannot be unpacked, or is not an object file.`, {
        hint: 'Install the modules of the kernel again; one of the store is made again after `kernelkit cache prune`.',
        details: { file },
      })
    }),
  )
  const list = modules.map(({ name, optional }) => `${optional ? 'try' : 'need'} ${name}\n`).join('')
  return [
    { kind: 'directory', path: '.kernelkit', mode: 0o700 },
    { kind: 'directory', path: directory, mode: 0o700 },
    { kind: 'file', path: `${directory}.list`, mode: 0o600, content: new TextEncoder().encode(list) },
    ...files,
  ]
}

/** A link or a list of a checkout may name any file of this host, which the guest could read then. */
function isElf(content: Uint8Array): boolean {
  return Buffer.from(content.subarray(0, 4)).toString('latin1') === '\u007FELF'
}
