import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { isBuiltin } from 'node:module'
import { join } from 'node:path'
import { rolldown, type Plugin } from 'rolldown'

export interface Bundle {
  /** Name of the written file without its ending, and the module it starts from. */
  readonly entries: Readonly<Record<string, string>>
  /** Emptied first. */
  readonly directory: string
  /** `mjs` where no package.json above the files says that they are modules. */
  readonly ending?: 'js' | 'mjs'
}

/** Directory of the npm package that a bundled module came from; `undefined` for our own code. */
function packageDirectoryOf(modulePath: string): string | undefined {
  return /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(modulePath)?.[0]
}

/** Names, versions and licence texts of the packages whose code a bundle holds: their licences ask for it. */
function renderLicences(directories: readonly string[]): string {
  return directories
    .map((directory) => {
      const manifest = JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as {
        name: string
        version: string
        license: string
      }
      const file = readdirSync(directory).find((name) => /^licen[cs]e/i.test(name))
      const text = file === undefined ? '' : `\n${readFileSync(join(directory, file), 'utf8').trim()}\n`
      return `${manifest.name} ${manifest.version} (${manifest.license})\n${text}`
    })
    .join(`\n${'-'.repeat(80)}\n\n`)
}

/** Modules that are loaded for what we do not use; the one name that is read while loading is there, and says so when it is used. */
const leftOut: readonly Plugin[] = [
  // dockerode: ssh:// addresses and BuildKit sessions; 1.7 MB and a native module.
  leaveOut('ssh2', /^(?:ssh2|@grpc\/grpc-js|@grpc\/proto-loader|protobufjs)$/, {
    name: 'Client',
    message: 'ssh:// addresses of an engine are not supported',
  }),
  // @actions/core: tokens of OpenID Connect, for which it loads undici, 0.7 MB.
  leaveOut('oidc', /^\.\/oidc-utils\.js$/, { name: 'OidcClient', message: 'OpenID Connect is not supported' }),
]

function leaveOut(name: string, id: RegExp, standIn: { readonly name: string; readonly message: string }): Plugin {
  const left = `\0left-out-${name}.cjs`
  return {
    name: `left-out-${name}`,
    resolveId: { filter: { id }, handler: () => left },
    load: (module) =>
      module === left
        ? `exports.${standIn.name} = class { constructor() { throw new Error(${JSON.stringify(standIn.message)}) } }\n`
        : undefined,
  }
}

/**
 * Node's own modules without the view that an import makes of them: that view reads every export, and so loads streams, argon2 and whatever
 * else hides under one, in each process.
 */
const plainBuiltins: Plugin = {
  name: 'plain-builtins',
  renderChunk: (code) =>
    code.replaceAll(
      /^import (?:\* as )?(?:([\w$]+)(?:, )?)?(?:\{([^}]*)\})? ?from "([^".][^"]*)";$/gm,
      (line, whole: string | undefined, names: string | undefined, module: string) =>
        isBuiltin(module)
          ? [whole, names === undefined ? undefined : `{${names.replaceAll(' as ', ': ')}}`]
              .flatMap((target) => (target === undefined ? [] : [`const ${target} = globalThis.process.getBuiltinModule("${module}");`]))
              .join('\n')
          : line,
    ),
}

/** V8 keeps text that is not ASCII in two bytes a character, a whole file for one of them, and reads it more slowly. */
const plainText: Plugin = {
  name: 'plain-text',
  generateBundle: (_, files) => {
    for (const file of Object.values(files))
      if (file.type === 'chunk')
        file.code = file.code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
  },
}

/**
 * A few files instead of forty for what `kernelkit run` loads (each with all that it imports): finding a file costs as much as reading it. `client`
 * is what it shares with commands that only speak to a VM: a test runner starts `exec-wrapper` for each of its tests. `packaged`
 * is what a distribution's kernel needs in addition, `boot` what the action boot-vm loads.
 */
const groups = [
  { name: 'start', test: /cli\/dist\/main\.js$/, priority: 3 },
  { name: 'host', test: /packages\/host\/dist\/index\.js$/, priority: 2 },
  { name: 'client', test: /cli\/dist\/handlers\/exec(?:-wrapper)?\.js$/, priority: 1.5 },
  { name: 'run', test: /cli\/dist\/(?:handlers|commands)\/run\.js$/, priority: 1 },
  {
    name: 'packaged',
    test: /packages\/vm\/dist\/(?:reference\/prepare-kernel|guest\/(?:module-initrd|directory-disk)|resolve\/(?:kernel-modules|share-disks))\.js$/,
    priority: 0.7,
  },
  { name: 'boot', test: /actions\/boot-vm\/src\/boot\.ts$/, priority: 0.5 },
]

/** Writes entries and all that they import as a few readable ES modules, which entries share, with the licences of what is inside. */
export async function writeBundle({ entries, directory, ending = 'js' }: Bundle): Promise<void> {
  if (existsSync(directory)) rmSync(directory, { recursive: true })
  const build = await rolldown({ input: { ...entries }, platform: 'node', plugins: [...leftOut, plainBuiltins, plainText] })
  const name = `[name].${ending}`
  try {
    const { output } = await build.write({
      dir: directory,
      format: 'esm',
      entryFileNames: name,
      chunkFileNames: name,
      codeSplitting: { groups },
    })
    const modules = output.flatMap((file) => (file.type === 'chunk' ? file.moduleIds : []))
    const packages = [...new Set(modules.flatMap((module) => packageDirectoryOf(module) ?? []))].toSorted()
    writeFileSync(join(directory, 'LICENSES.txt'), renderLicences(packages))
  } finally {
    await build.close()
  }
}
