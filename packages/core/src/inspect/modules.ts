import { readWord, viewOf, type AddressSpace } from './address-space.ts'
import { walk, type KernelView } from './tasks.ts'

/** A module that the kernel has loaded. */
export interface LoadedModule {
  readonly name: string
  /** Address of each section that is still in memory. */
  readonly sections: ReadonlyMap<string, bigint>
}

// A distribution's kernel loads 200 modules with 40 sections each; the list is the guest's, which may be hostile.
const mostModules = 2000
const mostSections = 500
const mostSectionsOfAll = 50_000
const longestName = 256
// MODULE_STATE_COMING, include/linux/module.h: only then its .init sections are there.
const coming = 1

/** The kernel's list of modules; none where its types, or names and addresses of sections (KALLSYMS and SYSFS), are not known. Throws Unmapped for a list that leads nowhere. */
export async function readModules(view: KernelView): Promise<readonly LoadedModule[]> {
  const { space, types } = view
  const head = view.addressOf('modules')
  const [list, name, state] = [types.offset('module.list'), types.offset('module.name'), types.offset('module.state')]
  if (head === undefined || list === undefined || name === undefined || state === undefined) return []
  const modules: LoadedModule[] = []
  let read = 0
  for await (const at of walk(view, { head, offset: list, withHead: false })) {
    const isComing = viewOf(await space.read(at + BigInt(state), 4)).getUint32(0, true) === coming
    const all = await sectionsOf(view, at)
    read += all.size
    if (modules.length >= mostModules || read > mostSectionsOfAll) break
    const sections = [...all].filter(([section]) => isComing || !/^\.(?:init|exit)/.test(section))
    modules.push({ name: await readText(space, at + BigInt(name)), sections: new Map(sections) })
  }
  return modules
}

/** As /sys/module/NAME/sections has them (kernel/module/sysfs.c). */
async function sectionsOf({ space, types, wordBytes }: KernelView, module: bigint): Promise<ReadonlyMap<string, bigint>> {
  const sections = new Map<string, bigint>()
  const [attributes, attribute] = [types.offset('module.sect_attrs'), types.offset('attribute_group.bin_attrs')]
  const [name, own, size] = [types.offset('bin_attribute.attr.name'), types.offset('bin_attribute.private'), types.sizeOf('bin_attribute')]
  if (attributes === undefined || attribute === undefined || name === undefined || own === undefined || size === undefined) return sections
  const word = (at: bigint) => readWord(space, at, wordBytes)
  const group = await word(module + BigInt(attributes))
  if (group === 0n) return sections
  // The group is the first member of its structure.
  const entries = await word(group + BigInt(attribute))
  for (let index = 0; index < mostSections; index += 1) {
    const entry = await word(entries + BigInt(index * wordBytes))
    if (entry === 0n) break
    const section = await readText(space, await word(entry + BigInt(name)))
    // Since 6.14 the address is in the attribute, before it was after it.
    sections.set(section, (await word(entry + BigInt(own))) || (await word(entry + BigInt(size))))
  }
  return sections
}

/** Up to a zero byte; a text of the guest: printed only with its control characters escaped. */
async function readText(space: AddressSpace, address: bigint): Promise<string> {
  const left = 4096n - (address % 4096n)
  const bytes = await space.read(address, Math.min(longestName, Number(left)))
  const end = bytes.indexOf(0)
  return new TextDecoder('latin1').decode(end < 0 ? bytes : bytes.subarray(0, end))
}
