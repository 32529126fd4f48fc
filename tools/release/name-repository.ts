import { globSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

interface Manifest {
  readonly private?: boolean
  readonly [key: string]: unknown
}

/** Packages that go to the registry say where their sources are: npm compares it with the repository that the provenance names. */
export function nameRepository(folder: string, url: string): readonly string[] {
  const named = globSync('packages/*/package.json', { cwd: folder }).toSorted()
  return named.filter((file) => {
    const manifest = JSON.parse(readFileSync(join(folder, file), 'utf8')) as Manifest
    if (manifest.private === true) return false
    const repository = { type: 'git', url: `git+${url}.git`, directory: dirname(file) }
    writeFileSync(join(folder, file), `${JSON.stringify({ ...manifest, repository }, undefined, 2)}\n`)
    return true
  })
}
