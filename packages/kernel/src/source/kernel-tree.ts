import { join } from 'node:path'
import { UserError, type Message } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** Throws `NOT_A_KERNEL_TREE` unless the directory is the top of a kernel tree. */
export async function checkKernelTree(
  host: Host,
  path: string,
  { label, hint }: { readonly label: string; readonly hint?: Message | undefined },
): Promise<void> {
  const missing: string[] = []
  for (const name of ['Makefile', 'Kconfig', 'scripts/kconfig', 'init/main.c']) {
    if (!(await host.fs.exists(join(path, name)))) missing.push(name)
  }
  if (missing.length === 0) return
  throw new UserError('NOT_A_KERNEL_TREE', `${label} is not a Linux kernel tree: it has no ${missing.join(', no ')}.`, {
    hint: hint ?? "Name the directory that holds the kernel's Makefile, or a source such as deb:linux-source-6.12.",
    details: { path, missing },
  })
}

/** `6.12.117` of the tree's Makefile; kbuild adds the rest of the release. */
export async function readKernelVersion(host: Host, tree: string): Promise<string> {
  const text = await host.fs.readFile(join(tree, 'Makefile'), 'utf8')
  const part = (name: string) => new RegExp(`^${name} *= *(\\S*)`, 'm').exec(text)?.[1] ?? ''
  const sublevel = part('SUBLEVEL')
  return `${part('VERSION')}.${part('PATCHLEVEL')}${sublevel === '' ? '' : `.${sublevel}`}${part('EXTRAVERSION')}`
}

/** The build products in a tree for which kbuild refuses O= (`outputmakefile` in its Makefile). */
export async function findInPlaceBuild(host: Host, tree: string, sourceArch: string): Promise<string | undefined> {
  for (const name of ['.config', 'include/config', `arch/${sourceArch}/include/generated`]) {
    if (await host.fs.exists(join(tree, name))) return name
  }
  return undefined
}
