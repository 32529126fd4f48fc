/** The part of `process` that the toolkit's cache client looks at. */
export interface ProcessPlace {
  readonly env: Record<string, string | undefined>
  cwd(): string
  chdir(path: string): void
}

/**
 * Runs the cache client with `directory` as its workspace, so that the one path `.` names it: entries are found by the paths as they
 * are written, and what lies outside the workspace is stored relative to it, which another runner may have elsewhere.
 */
export async function withCacheEnvironment<T>(place: ProcessPlace, directory: string, work: () => Promise<T>): Promise<T> {
  const { env } = place
  const cwd = place.cwd()
  const before = { GITHUB_WORKSPACE: env['GITHUB_WORKSPACE'], TAR_OPTIONS: env['TAR_OPTIONS'] }
  place.chdir(directory)
  env['GITHUB_WORKSPACE'] = directory
  // GNU tar's own variable: holes of a disk image are not stored, and come back as holes.
  env['TAR_OPTIONS'] = [before.TAR_OPTIONS, '--sparse'].filter((word) => word !== undefined && word !== '').join(' ')
  try {
    return await work()
  } finally {
    place.chdir(cwd)
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete env[name]
      else env[name] = value
    }
  }
}
