import { join } from 'node:path'
import type { Action } from '@kernelkit/action-kit'
import { UserError, message, option } from '@kernelkit/core/errors'
import { givenOptions, listOption, type RawOptions } from '@kernelkit/core/options'

/** The input `ssh-key`, files and keys mixed, as files: a key becomes one that only this user reads. Keys are masked in the log. */
export async function sshKeyFiles(action: Pick<Action, 'host' | 'inputs' | 'temp' | 'mask'>): Promise<RawOptions> {
  const { host, inputs, temp } = action
  const lines = listOption(inputs, 'sshKey')
  if (lines.length === 0) return {}
  if (lines.some((line) => /PRIVATE KEY-----|^PuTTY-User-Key-File/.test(line))) {
    // It is in the log's reach already: at least nothing prints it from here on.
    for (const line of lines) action.mask(line)
    throw new UserError('BAD_SSH_KEY', message`${option('ssh-key')} holds a private key, which must not leave its owner.`, {
      hint: 'Give its public half: the .pub file, or what ssh-keygen -y prints.',
    })
  }
  const keys = lines.filter(isPublicKey)
  for (const key of keys) action.mask(key)
  const paths = lines.filter((line) => !isPublicKey(line))
  if (keys.length === 0) return givenOptions({ sshKey: paths })
  const file = join(temp, `kernelkit-${host.randomHex(8)}.pub`)
  await host.fs.writeFile(file, `${keys.join('\n')}\n`, { mode: 0o600 })
  return givenOptions({ sshKey: [...paths, file] })
}

/** A key's type and its body, with options before them or without: no path of a file looks so. */
function isPublicKey(line: string): boolean {
  return /(?:^|\s)(?:ssh-|ecdsa-|sk-)\S+\s+AAAA[A-Za-z0-9+/]/.test(line)
}
