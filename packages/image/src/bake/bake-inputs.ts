import { isAbsolute, resolve } from 'node:path'
import { UserError, message, option, type Message } from '@kernelkit/core/errors'
import type { ImageSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'

/** A script of the user. */
export interface BakeScript {
  /** As the user wrote it. */
  readonly name: string
  readonly path: string
  readonly sha256: string
}

/** The user's files of a spec, read and checked before any work. */
export interface BakeInputs {
  /** Lines for authorized_keys. */
  readonly sshKeys: readonly string[]
  readonly scripts: readonly BakeScript[]
  /** Absolute paths of directories. */
  readonly overlays: readonly string[]
}

export async function readBakeInputs(host: Host, spec: ImageSpec): Promise<BakeInputs> {
  return {
    sshKeys: (await Promise.all(spec.sshKeys.map((path) => readPublicKeys(host, path)))).flat(),
    scripts: await Promise.all(spec.customize.map((path) => readScript(host, path))),
    overlays: await Promise.all(spec.overlays.map((path) => checkOverlay(host, path))),
  }
}

/** Key types of authorized_keys (sshd(8)). */
const publicKeyLine =
  /^(?:\S+ )?(?:ssh-(?:ed25519|rsa|dss)|ecdsa-sha2-nistp\d+|sk-ssh-ed25519@openssh\.com|sk-ecdsa-sha2-nistp256@openssh\.com) [A-Za-z0-9+/]+=*( .*)?$/

async function readPublicKeys(host: Host, written: string): Promise<readonly string[]> {
  const path = absolute(host, written)
  const content = await readInput(host, path).catch((error: unknown) => {
    throw badKey(
      written,
      `cannot be read (${reason(error)})`,
      'Name a .pub file, such as ~/.ssh/id_ed25519.pub; `ssh-keygen -t ed25519` makes a pair.',
      error,
    )
  })
  const text = content.toString('utf8')
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----/m.test(text) || text.startsWith('PuTTY-User-Key-File')) {
    const hint = (await host.fs.exists(`${path}.pub`))
      ? message`Name its public half: ${option('ssh-key', `${written}.pub`)}.`
      : `Name its public half; \`ssh-keygen -y -f ${written} > ${written}.pub\` makes it.`
    throw badKey(written, 'is a private key, which must not leave this machine', hint)
  }
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#'))
  const wrong = lines.find((line) => !publicKeyLine.test(line))
  if (lines.length === 0 || wrong !== undefined) {
    throw badKey(
      written,
      lines.length === 0 ? 'has no key' : `has a line that is not an OpenSSH public key: '${wrong?.slice(0, 60)}'`,
      'Name a .pub file as ssh-keygen writes it: ssh-ed25519 AAAA… comment.',
    )
  }
  return lines
}

function badKey(path: string, what: string, hint: Message, cause?: unknown): UserError {
  return new UserError('BAD_SSH_KEY', message`${option('ssh-key')} ${path} ${what}.`, { hint, details: { path }, cause })
}

async function readScript(host: Host, written: string): Promise<BakeScript> {
  const path = absolute(host, written)
  const content = await readInput(host, path).catch((error: unknown) => {
    throw missing(message`${option('customize')} ${written} cannot be read (${reason(error)}).`, 'Name a script.', error)
  })
  return { name: written, path, sha256: host.sha256(content) }
}

async function checkOverlay(host: Host, written: string): Promise<string> {
  const path = absolute(host, written)
  const stat = await host.fs.stat(path).catch((error: unknown) => {
    throw missing(
      message`${option('overlay')} ${written} cannot be read (${reason(error)}).`,
      'Name a directory whose contents are copied over the root.',
      error,
    )
  })
  if (stat.isDirectory()) return path
  throw missing(
    message`${option('overlay')} ${written} is not a directory.`,
    'Name a directory that mirrors the root: DIR/etc/motd becomes /etc/motd.',
  )
}

function missing(text: Message, hint: string, cause?: unknown): UserError {
  return new UserError('IMAGE_INPUT_MISSING', text, { hint, cause })
}

/** Refuses directories and devices, which would be read forever. */
async function readInput(host: Host, path: string): Promise<Buffer> {
  const stat = await host.fs.stat(path)
  if (!stat.isFile()) throw new Error('not a file')
  return host.fs.readFile(path)
}

function absolute(host: Host, path: string): string {
  if (path === '~' || path.startsWith('~/')) return `${host.home}${path.slice(1)}`
  return isAbsolute(path) ? path : resolve(host.cwd, path)
}

function reason(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException
  return code === 'ENOENT'
    ? 'no such file'
    : code === 'EACCES'
      ? 'permission denied'
      : error instanceof Error
        ? error.message
        : String(error)
}
