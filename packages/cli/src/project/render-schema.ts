import { Command } from 'commander'
import { blockNames, blockRows, projectSchema, type BlockName } from '@kernelkit/core/project'
import { commandRows } from '../commands/index.ts'

/** kernelkit.schema.json: the keys of kernelkit.yaml, each explained as --help explains the option. */
export async function renderSchema(): Promise<string> {
  const said = new Map<BlockName, ReadonlyMap<string, string>>()
  for (const block of blockNames) said.set(block, await descriptionsOf(blockRows[block].commands))
  const schema = projectSchema((block, name) => (name === 'source' ? sourceDescription : said.get(block)?.get(name)))
  return `${JSON.stringify(schema, undefined, 2)}\n`
}

// A word of the command line, not an option.
const sourceDescription = 'a tree, git+URL#REF, a tarball, deb:linux-source-6.12 (default: .)'

async function descriptionsOf(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const found = new Map<string, string>()
  for (const row of commandRows.filter(({ name }) => names.includes(name))) {
    const command = new Command(row.name)
    const definition = await row.load?.()
    definition?.define(command)
    for (const { long, description } of command.options) {
      const name = (long ?? '').slice(2)
      if (!found.has(name)) found.set(name, description)
    }
  }
  return found
}
