/** The part of an npm lock file (version 3) that is looked at. */
export interface LockFile {
  readonly packages: Readonly<Record<string, LockEntry>>
}

export interface LockEntry {
  readonly version?: string
  readonly optional?: boolean
  readonly os?: readonly string[]
  readonly cpu?: readonly string[]
  readonly libc?: readonly string[]
  readonly optionalDependencies?: Readonly<Record<string, string>>
}

const systems = ['aix', 'android', 'darwin', 'freebsd', 'linux', 'netbsd', 'openbsd', 'openharmony', 'sunos', 'win32']
const processors = ['arm', 'arm64', 'ia32', 'loong64', 'mips64el', 'ppc64', 'riscv64', 's390x', 'x64']

/** Optional dependencies with an exact version that the lock file does not hold: `[name, version]`. */
export function missingOptional(lock: LockFile): readonly (readonly [name: string, version: string])[] {
  const missing = new Map<string, string>()
  for (const entry of Object.values(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      const isHeld = Object.keys(lock.packages).some((path) => path === `node_modules/${name}` || path.endsWith(`/node_modules/${name}`))
      if (!isHeld && /^\d/.test(version)) missing.set(name, version)
    }
  }
  return [...missing]
}

/** Platform fields as the package's own manifest has them, read from its name (`binding-linux-x64-musl`). */
export function platformEntry(name: string, version: string): LockEntry {
  const words = name.split(/[/-]/)
  const os = words.filter((word) => systems.includes(word))
  const cpu = words.flatMap((word) => processors.find((processor) => processor === word) ?? [])
  if (os.length !== 1 || cpu.length !== 1) throw new Error(`no platform in the package name ${name}`)
  const libc = words.some((word) => word.startsWith('musl')) ? ['musl'] : words.some((word) => word === 'gnu') ? ['glibc'] : undefined
  return { version, cpu, ...(libc === undefined ? {} : { libc }), optional: true, os }
}

/** The lock file with an entry for each missing package of another platform. */
export function completeLock(lock: LockFile): { readonly completed: LockFile; readonly added: readonly string[] } {
  const missing = missingOptional(lock)
  const added = missing.map(([name, version]) => [`node_modules/${name}`, platformEntry(name, version)] as const)
  const packages = Object.fromEntries([...Object.entries(lock.packages), ...added].toSorted(([a], [b]) => a.localeCompare(b, 'en')))
  return { completed: { ...lock, packages }, added: missing.map(([name]) => name) }
}
