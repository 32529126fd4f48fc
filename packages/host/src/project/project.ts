import { dirname, join, relative } from 'node:path'
import type { ArchName } from '@kernelkit/core/arch'
import type { Host } from '../host.ts'
import { artifactKinds, type Store } from '../store/store.ts'

/** The last results of `build` and `bake` for a project and an architecture: paths of manifests. */
export interface ProjectRecord {
  readonly kernel?: string
  readonly image?: string
}

export interface ProjectKey {
  /** Absolute path, from {@link findProject}. */
  readonly project: string
  readonly arch: ArchName
}

const projectFileName = 'kernelkit.yaml'

/** Absolute path of the nearest kernelkit.yaml: in the working directory or above it. */
export async function findProjectFile(host: Pick<Host, 'fs' | 'cwd'>): Promise<string | undefined> {
  const directory = await findAbove(host, projectFileName)
  return directory === undefined ? undefined : join(directory, projectFileName)
}

/** The directory of the nearest kernelkit.yaml, else git's top level, else the working directory. */
export async function findProject(host: Pick<Host, 'fs' | 'cwd'>): Promise<string> {
  // A linked work tree and a submodule have a file instead of a directory named .git.
  return (await findAbove(host, projectFileName)) ?? (await findAbove(host, '.git')) ?? host.cwd
}

/** Note an answer; what the other command noted stays. */
export async function recordProject(host: Host, store: Store, record: ProjectKey & ProjectRecord): Promise<void> {
  const { project, arch, ...answers } = record
  const path = await statePath(host, store, record)
  await store.withLock(`project ${project}`, async () => {
    const { answers: before } = await readState(host, path)
    const state = { project, answers: { ...before, [arch]: { ...before[arch], ...answers } } }
    await host.fs.writeAtomic(path, `${JSON.stringify(state, undefined, 2)}\n`)
  })
}

/** What was noted last and still exists. */
export async function readProject(host: Host, store: Store, key: ProjectKey): Promise<ProjectRecord> {
  const { answers } = await readState(host, await statePath(host, store, key))
  const { kernel, image } = answers[key.arch] ?? {}
  return {
    ...(kernel !== undefined && (await isUsable(host, store, kernel)) ? { kernel } : {}),
    ...(image !== undefined && (await isUsable(host, store, image)) ? { image } : {}),
  }
}

/** There, and not damaged where the store knows its content. */
async function isUsable(host: Pick<Host, 'fs'>, store: Store, path: string): Promise<boolean> {
  if (!(await host.fs.exists(path))) return false
  const [kind, key] = relative(store.root, path).split('/')
  const known = artifactKinds.find((one) => one === kind)
  return known === undefined || key === undefined || (await store.lookup(known, key)) !== undefined
}

interface State {
  readonly answers: Readonly<Record<string, ProjectRecord>>
}

async function statePath(host: Host, store: Store, { project }: Pick<ProjectKey, 'project'>): Promise<string> {
  return join(await store.workDirectory('state', 'projects'), `${host.sha256(project).slice(0, 16)}.json`)
}

async function readState(host: Pick<Host, 'fs'>, path: string): Promise<State> {
  try {
    const value: unknown = JSON.parse(await host.fs.readFile(path, 'utf8'))
    const answers = typeof value === 'object' && value !== null && 'answers' in value ? value.answers : undefined
    if (typeof answers !== 'object' || answers === null) return { answers: {} }
    return { answers: Object.fromEntries(Object.entries(answers).map(([arch, record]) => [arch, parseRecord(record)])) }
  } catch {
    // Nothing noted yet, or by another version: the next build or bake writes it again.
    return { answers: {} }
  }
}

function parseRecord(value: unknown): ProjectRecord {
  if (typeof value !== 'object' || value === null) return {}
  const { kernel, image } = value as Record<string, unknown>
  return { ...(typeof kernel === 'string' ? { kernel } : {}), ...(typeof image === 'string' ? { image } : {}) }
}

async function findAbove(host: Pick<Host, 'fs' | 'cwd'>, name: string): Promise<string | undefined> {
  for (let directory = host.cwd; ; directory = dirname(directory)) {
    if (await host.fs.exists(join(directory, name))) return directory
    if (dirname(directory) === directory) return undefined
  }
}
