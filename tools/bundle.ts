import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { rolldown, type Plugin } from 'rolldown'

export interface Bundle {
  /** Name of the written file without its ending, and the module it starts from. */
  readonly entries: Readonly<Record<string, string>>
  /** Emptied first. */
  readonly folder: string
}

/** Folder of the npm package that a bundled module came from; `undefined` for our own code. */
function packageFolderOf(modulePath: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(modulePath)?.[0]
}

/** Names, versions and licence texts of the packages whose code a bundle holds: their licences ask for it. */
function renderLicences(folders: readonly string[]): string {
  return folders
    .map((folder) => {
      const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { name: string; version: string; license: string }
      const file = readdirSync(folder).find((name) => /^licen[cs]e/i.test(name))
      const text = file === undefined ? '' : `\n${readFileSync(join(folder, file), 'utf8').trim()}\n`
      return `${manifest.name} ${manifest.version} (${manifest.license})\n${text}`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/**
 * What dockerode loads for two things that we do not use, ssh:// addresses and BuildKit sessions: 1.7 MB and a native module.
 * The one name that is read while loading is there, and says so when it is used.
 */
const leftOut: Plugin = {
  name: 'left-out',
  resolveId: {
    filter: { id: /^(?:ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)$/ },
    handler: () => '\0left-out.cjs',
  },
  load: {
    filter: { id: /^\0left-out\.cjs$/ },
    handler: () => `exports.Client = class { constructor() { throw new Error('ssh:// addresses of an engine are not supported') } }\n`,
  },
}

/** Writes entries and all that they import as a few readable ES modules, with the licences of what is inside. */
export async function writeBundle({ entries, folder }: Bundle): Promise<readonly string[]> {
  const build = await rolldown({ input: { ...entries }, platform: 'node', plugins: [leftOut] })
  try {
    if (existsSync(folder)) rmSync(folder, { recursive: true })
    const { output } = await build.write({ dir: folder, format: 'esm', entryFileNames: '[name].js', chunkFileNames: '[name].js' })
    const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
    const packages = [...new Set(modules.flatMap((module) => packageFolderOf(module) ?? []))].toSorted()
    writeFileSync(join(folder, 'LICENSES.txt'), renderLicences(packages))
    return output.map(({ fileName }) => fileName)
  } finally {
    await build.close()
  }
}
