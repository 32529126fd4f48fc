import { join } from 'node:path'
import { UserError, command, message, nearestName, option } from '@kernelkit/core/errors'
import { isCertainlyGone, ownIdentity, parseIdentity } from '@kernelkit/host/process'
import type { Host, ProcessIdentity } from '@kernelkit/host'
import { existingRuntimeDirectory, runtimeDirectory } from './runtime-directory.ts'

/** What `state.json` in a VM's directory says: who owns it, and the facts that clients need. */
export interface VmState {
  readonly id: string
  readonly name: string
  readonly directory: string
  readonly owner: ProcessIdentity | undefined
  /** Milliseconds since 1970. */
  readonly startedAt: number
  /** The process that `ps` shows; absent until QEMU runs. */
  readonly qemuPid?: number
  readonly agent: boolean
  readonly terminal: boolean
  readonly arch: string
  readonly accel: string
  readonly machine: string
  readonly kernel: string
  readonly console: string
  readonly forwards: readonly {
    readonly protocol: string
    readonly address: string
    readonly hostPort: number
    readonly guestPort: number
  }[]
  readonly gdb: { readonly kind: 'socket'; readonly path: string } | { readonly kind: 'tcp'; readonly port: number } | null
  readonly facts: Readonly<Record<string, unknown>>
}

/** Directories of this machine with the modules of a VM's kernel, unstripped ones first. */
export function moduleDirectories({ facts }: VmState): readonly string[] {
  const directories = facts['modules']
  return Array.isArray(directories) ? directories.filter((one) => typeof one === 'string') : []
}

/** A VM's place: a directory of its own and a name that no other running VM has. */
export interface VmPlace {
  readonly id: string
  readonly name: string
  readonly directory: string
}

const allowedName = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/

/** Makes the directory of a new VM (0700) and takes its name; what dead owners left is swept first. */
export async function reserveVm(host: Host, wanted: { readonly name?: string } = {}): Promise<VmPlace> {
  const root = await runtimeDirectory(host)
  await sweepVms(host)
  const id = host.randomHex(6)
  const name = wanted.name ?? id
  if (!allowedName.test(name)) {
    throw new UserError(
      'BAD_OPTION',
      message`${option('name')} '${name}' is not a name; allowed: letters, digits, dot, dash and underscore, 63 at most, a letter or digit first.`,
      {
        hint: message`Write for instance ${option('name', 'debug')}.`,
        details: { option: '--name', seen: name },
      },
    )
  }
  const directory = join(root, 'vms', id)
  await host.fs.mkdir(directory, { mode: 0o700 })
  // Until QEMU runs the reserving process answers for it: when it dies, the next command sweeps the directory.
  await host.fs.writeAtomic(join(directory, 'reserved.json'), JSON.stringify({ name, owner: await ownIdentity(host) }))
  try {
    // Of two processes that want the same name only one can create the file.
    await host.fs.writeFile(join(root, 'names', name), id, { flag: 'wx' })
  } catch (cause) {
    await host.fs.rm(directory, { recursive: true, force: true })
    if (!isErrno(cause, 'EEXIST')) throw cause
    throw new UserError('VM_NAME_TAKEN', `a VM named '${name}' is running already.`, {
      hint: message`Choose another name with ${option('name')}, or stop that VM: ${command(`kernelkit stop ${name}`)}.`,
      details: { name },
      cause,
    })
  }
  return { id, name, directory }
}

/** Removes what a VM has in the runtime directory. */
export async function releaseVm(place: VmPlace, host: Host): Promise<void> {
  const names = join(place.directory, '..', '..', 'names', place.name)
  if ((await readText(names, host)) === place.id) await host.fs.rm(names, { force: true })
  await removeDirectory(place.directory, host)
}

/** Where a QEMU from which this host is hidden makes the socket of its gdb stub: in the directory of its overlays. */
export function overlayStub({ id, facts: { overlay } }: Pick<VmState, 'id' | 'facts'>): string | undefined {
  return typeof overlay === 'string' ? join(overlay, `gdb-${id}.sock`) : undefined
}

/** The directory of a VM, and what a QEMU that was killed leaves outside of it. */
async function removeDirectory(directory: string, host: Host): Promise<void> {
  const state = await readState(directory, host)
  const stub = state === undefined ? undefined : overlayStub(state)
  if (stub !== undefined) await host.fs.rm(stub, { force: true })
  await host.fs.rm(directory, { recursive: true, force: true })
}

export async function writeVmState(state: VmState, host: Host): Promise<void> {
  await host.fs.writeAtomic(join(state.directory, 'state.json'), JSON.stringify(state, undefined, 2), 0o600)
}

/** The running VMs of this user, oldest first. */
export async function listVms(host: Host): Promise<readonly VmState[]> {
  return (await livingVms(host)).toSorted((a, b) => a.startedAt - b.startedAt || (a.name < b.name ? -1 : 1))
}

/** The VM that a user means by name, id or the beginning of its id; the only one that runs when the word is absent or empty. */
export async function findVm(word: string | undefined, host: Host): Promise<VmState> {
  const all = await listVms(host)
  const names = all.map((state) => state.name)
  const running = names.length === 0 ? 'No VM is running.' : `Running: ${names.join(', ')}.`
  if (word === undefined || word === '') {
    const [only] = all
    if (only !== undefined && all.length === 1) return only
    throw new UserError(
      'VM_NOT_FOUND',
      names.length === 0 ? 'no VM is running.' : `${names.length} VMs are running: ${names.join(', ')}.`,
      {
        hint: names.length === 0 ? message`Start one with ${command('kernelkit run --keep --name NAME -- true')}.` : 'Name one of them.',
        details: { running: names },
      },
    )
  }
  const exact = all.find((state) => state.name === word || state.id === word)
  const beginnings = all.filter((state) => state.id.startsWith(word))
  const found = exact ?? (beginnings.length === 1 ? beginnings[0] : undefined)
  if (found !== undefined) return found
  const near = nearestName(word, names)
  throw new UserError('VM_NOT_FOUND', `there is no running VM '${word}'. ${running}`, {
    hint:
      near === undefined
        ? message`List the running VMs with ${command('kernelkit ps')}; ${command('kernelkit run --keep --name NAME')} leaves one running.`
        : `Did you mean ${near}?`,
    details: { seen: word, running: names },
  })
}

/** Removes the directories and names of VMs whose owner has died (SIGKILL, power cut): QEMU died with it. */
export async function sweepVms(host: Host): Promise<void> {
  await livingVms(host)
}

/** What is left after {@link sweepVms}. All at once: a command that only connects to a VM waits for this. */
async function livingVms(host: Host): Promise<readonly VmState[]> {
  const root = await existingRuntimeDirectory(host)
  if (root === undefined) return []
  const own = ownIdentity(host)
  const vms = (await host.fs.readdir(join(root, 'vms'))).map(async (id) => {
    const directory = join(root, 'vms', id)
    const state = await readState(directory, host)
    const owner = parseIdentity(state?.owner) ?? (await readReservation(directory, host))
    if (owner !== undefined && !(await isCertainlyGone(host, owner, own))) return state
    // Between the creation of a directory and of its first file: a moment, not a leftover.
    if (owner === undefined && (await isYoung(directory, host))) return state
    host.log.detail(`removing what a dead VM left in ${directory}`)
    await removeDirectory(directory, host)
    return undefined
  })
  const states = await Promise.all(vms)
  const names = (await host.fs.readdir(join(root, 'names'))).map(async (name) => {
    const path = join(root, 'names', name)
    const id = await readText(path, host)
    if (id !== undefined && id !== '' && !(await host.fs.exists(join(root, 'vms', id)))) await host.fs.rm(path, { force: true })
  })
  await Promise.all(names)
  return states.filter((state) => state !== undefined)
}

async function readState(directory: string, host: Host): Promise<VmState | undefined> {
  const text = await readText(join(directory, 'state.json'), host)
  if (text === undefined) return undefined
  try {
    // Written by us alone, into a directory that only we may enter.
    return JSON.parse(text) as VmState
  } catch {
    return undefined
  }
}

async function readReservation(directory: string, host: Host): Promise<ProcessIdentity | undefined> {
  const text = await readText(join(directory, 'reserved.json'), host)
  return text === undefined ? undefined : parseIdentity((JSON.parse(text) as { readonly owner?: unknown }).owner)
}

async function isYoung(directory: string, host: Host): Promise<boolean> {
  try {
    return host.now() - (await host.fs.stat(directory)).mtimeMs < 10_000
  } catch {
    return true
  }
}

async function readText(path: string, host: Host): Promise<string | undefined> {
  try {
    return await host.fs.readFile(path, 'utf8')
  } catch {
    return undefined
  }
}

function isErrno(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}
