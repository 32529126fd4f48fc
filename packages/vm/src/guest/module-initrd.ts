import { archOfElf, type ArchName } from '@kernelkit/core/arch'
import { writeCpio, type CpioEntry } from '@kernelkit/core/cpio'
import { parseElfHeader } from '@kernelkit/core/elf'
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
  readonly arch: ArchName
  readonly host: Host
  readonly store: Store
}): Promise<string> {
  const { initrd, modules, arch, host, store } = options
  const stats = await Promise.all(
    modules.map(({ file }) => host.fs.stat(file).catch((cause: unknown) => Promise.reject(absent(file, cause)))),
  )
  const facts = modules.map(({ name, file, optional }, index) =>
    [name, file, optional, stats[index]?.size, stats[index]?.mtimeMs].join(' '),
  )
  return storedInitrd({
    identity: ['modules', arch, initrd, ...facts].join('\n'),
    host,
    store,
    write: async (to) => {
      const archive = writeCpio(await moduleEntries(host, modules, arch))
      // The kernel unpacks archives one after another; ours end at a multiple of 4 (Documentation/driver-api/early-userspace/buffer-format.rst).
      const first = await host.fs.readFile(initrd)
      await host.fs.writeFile(to, [first, new Uint8Array((4 - (first.length % 4)) % 4), archive])
    },
  })
}

/** Each module as a file, and the list that says in which order, and whether the guest starts without it. */
async function moduleEntries(host: Host, modules: readonly LoadedModule[], arch: ArchName): Promise<readonly CpioEntry[]> {
  const files = await Promise.all(
    modules.map(async ({ name, file }): Promise<CpioEntry> => {
      const content = await unpack(host, await host.fs.readFile(file))
      if (content === undefined) throw damaged(file, 'it cannot be unpacked')
      refuseOther(file, content, arch)
      return { kind: 'file', path: `${directory}/${name}`, mode: 0o600, content }
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

// elf(5): e_type of object files, which modules are.
const relocatable = 1

/** A link or a list of a checkout may name any file of this host, which the guest could read then. A guest would say `Exec format error` for other modules; its version magic is the kernel's own affair (CONFIG_MODVERSIONS). */
function refuseOther(file: string, content: Uint8Array, arch: ArchName): void {
  const header = parseElfHeader(content)
  if (header === undefined || header.type !== relocatable) throw damaged(file, 'it is not an ELF object file')
  const { offset, entrySize, count } = header.sections
  if (offset + entrySize * count > content.length) throw damaged(file, 'it is cut short')
  const found = archOfElf(header)
  if (found?.name === arch) return
  throw new UserError(
    'KERNEL_ARCH',
    `the module ${file} is for ${found?.name ?? `another architecture (ELF machine ${header.machine})`}, the kernel for ${arch}.`,
    {
      hint: 'Install the modules of this very kernel: `make modules_install INSTALL_MOD_PATH=DIR`.',
      details: { file, arch },
    },
  )
}

function absent(file: string, cause: unknown): UserError {
  return new UserError('NO_SUCH_MODULE', `the module ${file}, which modules.dep lists, is not there.`, {
    hint: 'Run depmod again, or install the modules again; of a kernel in the store, remove it first (`kernelkit cache prune`).',
    details: { file },
    cause,
  })
}

function damaged(file: string, why: string): UserError {
  return new UserError('NO_SUCH_MODULE', `the module ${file} is damaged: ${why}.`, {
    hint: 'Install the modules again; of a kernel in the store, remove it first (`kernelkit cache prune`).',
    details: { file },
  })
}
