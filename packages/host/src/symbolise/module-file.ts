import { createSymbolTable, type ModuleCode } from '@kernelkit/core/decode'
import { noBits, textOf } from '@kernelkit/core/elf'
import type { Host } from '../host.ts'
import { mostBytes, readableFile, readElfSections } from './elf-file.ts'

/** A module's file as a decoder of addresses needs it. */
export interface ModuleFile extends ModuleCode {
  readonly path: string
  /** e_machine. */
  readonly machine: number
  /** The release of its kernel, from its version magic; files with nothing but debug information have none. */
  readonly release: string | undefined
  readonly hasLines: boolean
  readonly sectionBytes: ReadonlyMap<string, number>
}

// A few hundred bytes: license, author, aliases.
const mostInfoBytes = 2 ** 20

/** Reads the symbols of a module; the answer is a text where the file cannot be read as a module. */
export async function readModuleFile(host: Pick<Host, 'fs'>, path: string): Promise<ModuleFile | string> {
  try {
    await using handle = await host.fs.open(path)
    const file = await readableFile(handle, () => new Error(`a table of more than ${mostBytes / 2 ** 20} MiB`))
    const elf = await readElfSections(file)
    if (elf === undefined) return `${path} is not an ELF file`
    const { header, sections } = elf
    const table = sections.find(({ name }) => name === '.symtab')
    const names = table === undefined ? undefined : sections[table.link]
    if (table === undefined || names === undefined) return `${path} has no symbols`
    const parts = {
      header,
      sections,
      symbols: await file.read(table.offset, table.size),
      names: await file.read(names.offset, names.size),
    }
    const info = sections.find(({ name, type }) => name === '.modinfo' && type !== noBits)
    const text = info === undefined ? '' : textOf(await file.read(info.offset, Math.min(info.size, mostInfoBytes)))
    return {
      path,
      machine: header.machine,
      release: /(?:^|\0)vermagic=(?<release>[^ \0]+)/.exec(text)?.groups?.['release'],
      sectionBytes: new Map(sections.map(({ name, size }) => [name, size])),
      hasLines: sections.some(({ name, size }) => /^\.z?debug_line$/.test(name) && size > 0),
      sections: sections.flatMap(({ name, isCode }, section) =>
        isCode ? [{ name, symbols: createSymbolTable({ ...parts, section }) }] : [],
      ),
    }
  } catch (error) {
    return `${path} cannot be read (${error instanceof Error ? error.message : String(error)})`
  }
}
