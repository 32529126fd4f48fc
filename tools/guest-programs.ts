import { cpSync } from 'node:fs'
import { basename, join } from 'node:path'
import { architectures } from '@kernelkit/core/arch'
import { nodeHost } from '@kernelkit/host'
import { prebuildGuestPrograms } from '../packages/vm/src/guest/agent-program.ts'
import { repository } from './source-files.ts'

/** The guest's programs for a bundle that has no packages: the sources, by whose digest the compiled programs are known, and those. */
export async function putGuestPrograms(to: string): Promise<void> {
  cpSync(join(repository, 'packages/vm/agent'), to, { recursive: true, filter: (path) => basename(path) !== 'prebuilt' })
  for (const { name } of architectures) await prebuildGuestPrograms(name, nodeHost(), join(to, 'prebuilt'))
}
