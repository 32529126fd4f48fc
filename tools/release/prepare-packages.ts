import { copyFileSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Manifest {
  readonly name: string
  readonly private?: boolean
  readonly files?: readonly string[]
  readonly dependencies?: Readonly<Record<string, string>>
}

/**
 * What packages of the registry need and a checkout does not: the address of their sources (npm compares it with the repository that the
 * provenance names) and the licence. What is one bundle comes without dependencies: all of them are inside. Returns their names.
 */
export function preparePackages(checkout: string, url: string): readonly string[] {
  return globSync('packages/*/package.json', { cwd: checkout })
    .toSorted()
    .flatMap((file) => {
      const directory = dirname(file)
      const manifest = JSON.parse(readFileSync(join(checkout, file), 'utf8')) as Manifest
      if (manifest.private === true) return []
      const repository = { type: 'git', url: `git+${url}.git`, directory }
      const { dependencies, ...rest } = manifest
      const published = manifest.files?.includes('bundle') === true ? rest : { ...rest, dependencies }
      writeFileSync(join(checkout, file), `${JSON.stringify({ ...published, repository }, undefined, 2)}\n`)
      copyFileSync(join(checkout, 'LICENSE'), join(checkout, directory, 'LICENSE'))
      return manifest.name
    })
}
