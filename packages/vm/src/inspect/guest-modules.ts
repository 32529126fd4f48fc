import type { CodePlace, SymbolTable } from '@kernelkit/core/decode'
import {
  createOrcTable,
  readModules,
  type AddressSpace,
  type KernelView,
  type LoadedModule,
  type OrcEntry,
  type OrcTable,
} from '@kernelkit/core/inspect'
import type { Host } from '@kernelkit/host'
import type { ModuleFile, OpenModules } from '@kernelkit/host/symbolise'

/** A function of a module. */
export interface ModulePlace {
  readonly module: string
  readonly function: string
  readonly offset: number
}

/** The code of the modules that a guest has loaded and whose files are known. */
export interface GuestModules extends AsyncDisposable {
  at(address: bigint): ModulePlace | undefined
  /** The module that an address is in, also one whose file is not known. */
  ownerOf(address: bigint): string | undefined
  /** What the stack looks like at an address. */
  orcAt(address: bigint): OrcEntry | undefined
  /** The calls at addresses, innermost first, as far as files with lines are there. */
  lines(addresses: readonly bigint[]): Promise<ReadonlyMap<bigint, readonly CodePlace[]>>
}

/** Directories with the files of modules, and the release that they are of. */
export interface ModuleFiles {
  readonly directories: readonly string[]
  readonly release: string | undefined
  readonly signal: AbortSignal | undefined
}

interface Code {
  readonly module: string
  readonly file: ModuleFile
  readonly section: string
  readonly symbols: SymbolTable
  readonly start: bigint
  readonly end: bigint
  readonly orc: OrcTable | undefined
}

// Sections with code (include/linux/init.h, include/linux/compiler_types.h), and more than the code of most modules.
const codeSection = /^\.(?:init\.|exit\.|noinstr\.)?text\b/
const largestText = 0x10_0000n

/** Reads the kernel's list of modules, and their files. */
export async function openGuestModules(host: Host, view: KernelView, { directories, release, signal }: ModuleFiles): Promise<GuestModules> {
  const loaded = await readModules(view)
  const { openModules } = await import('@kernelkit/host/symbolise')
  const modules = openModules(host, { directories, signal })
  const codes: Code[] = []
  for (const module of loaded) codes.push(...(await codeOf(view.space, { module, modules, release })))
  const texts = loaded.flatMap(({ name, sections }) =>
    [...sections].flatMap(([section, start]) => (codeSection.test(section) ? [{ name, start }] : [])),
  )
  const codeAt = (address: bigint): Code | undefined => codes.find(({ start, end }) => address >= start && address < end)
  return {
    at: (address) => {
      const code = codeAt(address)
      const found = code?.symbols.at(address - code.start)
      return code === undefined || found === undefined ? undefined : { module: code.module, ...found }
    },
    ownerOf: (address) => {
      const before = texts.filter(({ start }) => address >= start && address - start < largestText)
      return before.toSorted((a, b) => (a.start < b.start ? 1 : -1))[0]?.name
    },
    orcAt: (address) => codeAt(address)?.orc?.at(address),
    lines: async (addresses) => {
      const known = new Map<bigint, readonly CodePlace[]>()
      for (const [code, own] of Map.groupBy(addresses, codeAt)) {
        if (code === undefined) continue
        const answers = await modules.lines(
          code.file,
          code.section,
          own.map((address) => address - code.start),
        )
        for (const [index, address] of own.entries()) known.set(address, answers[index] ?? [])
      }
      return known
    },
    [Symbol.asyncDispose]: () => modules[Symbol.asyncDispose](),
  }
}

interface CodeInput {
  readonly module: LoadedModule
  readonly modules: OpenModules
  readonly release: string | undefined
}

async function codeOf(space: AddressSpace, { module, modules, release }: CodeInput): Promise<readonly Code[]> {
  const { name, sections } = module
  const file = await modules.file(name, release)
  if (file === undefined) return []
  const orc = await readOrc(space, sections, file)
  return file.sections.flatMap(({ name: section, symbols }) => {
    const start = sections.get(section)
    const bytes = file.sectionBytes.get(section) ?? 0
    return start === undefined ? [] : [{ module: name, file, section, symbols, start, end: start + BigInt(bytes), orc }]
  })
}

/** As the kernel has relocated and sorted it (unwind_module_init() of arch/x86/kernel/unwind_orc.c). */
async function readOrc(
  space: AddressSpace,
  sections: LoadedModule['sections'],
  { sectionBytes }: ModuleFile,
): Promise<OrcTable | undefined> {
  const part = async (section: string): Promise<{ readonly address: bigint; readonly bytes: Uint8Array } | undefined> => {
    const address = sections.get(section)
    return address === undefined ? undefined : { address, bytes: await space.read(address, sectionBytes.get(section) ?? 0) }
  }
  const [ips, entries] = [await part('.orc_unwind_ip'), await part('.orc_unwind')]
  if (ips === undefined || entries === undefined) return undefined
  return createOrcTable({ ips, entries, hasHeader: sectionBytes.has('.orc_header') })
}
