import { join } from 'node:path'
import { archiveSources, securitySources, parseDeb822Sources, parseOneLineSources, type AptSource } from './apt-sources.ts'
import type { Host } from '../host.ts'

const aptDirectory = '/etc/apt'

/** Every enabled binary archive that apt is configured with, in apt's order of files. */
async function aptSources(host: Pick<Host, 'fs'>, directory: string = aptDirectory): Promise<readonly AptSource[]> {
  const parts = await host.fs.readdir(join(directory, 'sources.list.d')).catch(() => [])
  const files = [join(directory, 'sources.list'), ...parts.toSorted(compareText).map((name) => join(directory, 'sources.list.d', name))]
  const lists = await Promise.all(
    files.map(async (file) => {
      // Missing or unreadable: apt would not use it for this user either.
      const text = await host.fs.readFile(file, 'utf8').catch(() => '')
      if (file.endsWith('.sources')) return parseDeb822Sources(text, file)
      return file.endsWith('.list') ? parseOneLineSources(text, file) : []
    }),
  )
  return lists.flat()
}

/** Mirrors of the distribution's archive that apt uses, those that it uses for this suite first. Whether one serves the suite is for the caller to ask. */
export async function aptMirrors(host: Pick<Host, 'fs'>, suite: string, directory?: string): Promise<readonly AptSource[]> {
  return archiveSources(await aptSources(host, directory), suite)
}

/** The first of {@link aptMirrors}. */
export async function aptMirror(host: Pick<Host, 'fs'>, suite: string, directory?: string): Promise<AptSource | undefined> {
  return (await aptMirrors(host, suite, directory))[0]
}

/** Archives with security updates that apt uses, for any suite of the distribution: they have the other suites too. */
export async function aptSecurityMirrors(host: Pick<Host, 'fs'>, directory?: string): Promise<readonly AptSource[]> {
  return securitySources(await aptSources(host, directory))
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : Number(a > b)
}
