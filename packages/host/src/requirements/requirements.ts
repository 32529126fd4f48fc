import { join } from 'node:path'
import { UserError, command, message, option, type Message, type MessagePart } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import { rootRemedy, sudoWords } from '../process/root-command.ts'

/** Something that must be on the host, and the Debian package that brings it. */
export type Requirement = ProgramRequirement | HeaderRequirement | AnyOfRequirement

interface Needed {
  /** What for, as an ending of "needed …": `to compile`. */
  readonly why: string
  /** The work is possible without it, slower or with less. */
  readonly optional?: boolean
}

export interface ProgramRequirement extends Needed {
  readonly what: 'program'
  readonly program: string
  readonly package: string
}

export interface HeaderRequirement extends Needed {
  readonly what: 'header'
  /** Relative to an include directory: `libelf.h`, `openssl/ssl.h`. */
  readonly header: string
  readonly package: string
}

/** One of these is enough; the first is what gets installed. */
export interface AnyOfRequirement extends Needed {
  readonly what: 'any-of'
  readonly of: readonly [ProgramRequirement | HeaderRequirement, ...(ProgramRequirement | HeaderRequirement)[]]
}

/** Those of the list that this host does not have, in its order. */
export async function missingRequirements(host: Host, list: readonly Requirement[]): Promise<readonly Requirement[]> {
  // Two lists may ask for the same program.
  const each = list.filter((one, index) => index === list.findIndex((other) => nameOf(other) === nameOf(one)))
  const present = await Promise.all(each.map((one) => isPresent(host, one)))
  return each.filter((_, index) => present[index] === false)
}

/** Throws `HOST_LACKS` with everything that is missing, before anything starts. `user` is what needs it: `build`. */
export async function requireAll(
  host: Host,
  list: readonly Requirement[],
  { user }: { readonly user: Message | MessagePart },
): Promise<void> {
  const missing = (await missingRequirements(host, list)).filter((one) => one.optional !== true)
  if (missing.length === 0) return
  const packages = packagesOf(missing)
  if (host.packages !== undefined) {
    throw new UserError('HOST_LACKS', message`${user} needs what the toolchain image lacks: ${missing.map(describe).join('; ')}.`, {
      hint: message`Build the image again (${command('kernelkit toolchain build --force')}), or use ${option('toolchain', 'host')}.`,
      details: { missing: missing.map(nameOf), packages },
    })
  }
  throw new UserError('HOST_LACKS', message`${user} needs what this host lacks: ${missing.map(describe).join('; ')}.`, {
    hint: await installHint(host, packages),
    details: { missing: missing.map(nameOf), packages },
  })
}

/** The command that installs these packages, for root. */
export function installCommand(packages: readonly string[]): readonly string[] {
  // Recommended packages of QEMU are graphical; nothing of ours needs any.
  return ['apt-get', 'install', '-y', '--no-install-recommends', ...packages]
}

/** Debian packages of these, each once. */
export function packagesOf(list: readonly Requirement[]): readonly string[] {
  return [...new Set(list.map((one) => (one.what === 'any-of' ? one.of[0].package : one.package)))]
}

/** The requirement in a word or two. */
export function nameOf(one: Requirement): string {
  switch (one.what) {
    case 'program':
      return one.program
    case 'header':
      return `<${one.header}>`
    case 'any-of':
      return one.of.map(nameOf).join(' or ')
  }
}

function describe(one: Requirement): string {
  // The package is named where its name is another one.
  return `${nameOf(one)} (${[...packagesOf([one]).filter((name) => name !== nameOf(one)), one.why].join(', ')})`
}

async function installHint(host: Host, packages: readonly string[]): Promise<Message> {
  if ((await host.which('apt-get')) === undefined)
    return `Install these with your distribution's package manager (names in Debian: ${packages.join(' ')}).`
  const remedy = await rootRemedy(host, installCommand(packages).join(' '))
  // It would refuse.
  if ((await sudoWords(host)) === undefined) return `Run ${remedy}.`
  const fix = command('kernelkit doctor --fix', { action: 'the setup-kvm action' })
  return message`Run ${remedy}, or ${fix}.`
}

async function isPresent(host: Host, one: Requirement): Promise<boolean> {
  // Directories of this machine say nothing about another place.
  if (one.what !== 'any-of' && host.packages?.has(one.package) === true) return true
  if (one.what === 'header' && host.packages !== undefined) return false
  switch (one.what) {
    case 'program':
      return (await host.which(one.program)) !== undefined
    case 'header':
      return hasHeader(host, one.header)
    case 'any-of':
      return (await Promise.all(one.of.map((each) => isPresent(host, each)))).includes(true)
  }
}

/** Where gcc looks, without starting it (it may be what is missing). */
async function hasHeader(host: Host, header: string): Promise<boolean> {
  const own = [host.env['CPATH'], host.env['C_INCLUDE_PATH']]
    .flatMap((list) => list?.split(':') ?? [])
    .filter((directory) => directory !== '')
  // Debian keeps headers that differ between architectures in a directory of the triplet.
  const triplets = await host.fs.readdir('/usr/include').then(
    (names) => names.filter((name) => /-linux-gnu/.test(name)),
    () => [],
  )
  const directories = [...own, '/usr/local/include', '/usr/include', ...triplets.map((triplet) => join('/usr/include', triplet))]
  const found = await Promise.all(directories.map((directory) => host.fs.exists(join(directory, header))))
  return found.includes(true)
}
