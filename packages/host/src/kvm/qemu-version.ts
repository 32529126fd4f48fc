import { join } from 'node:path'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'
import type { Store } from '../store/store.ts'

/**
 * The version that a QEMU program prints, such as `7.2.22`. Starting QEMU takes longer than reading a file,
 * so the version is kept for as long as the program stays the same.
 */
export async function qemuVersion(host: Host, store: Store, qemu: string): Promise<string> {
  const path = await host.which(qemu)
  if (path === undefined)
    throw new UserError('COMMAND_NOT_FOUND', `'${qemu}' is not on PATH.`, {
      hint: message`Install QEMU (${command('kernelkit doctor --fix', { action: 'the setup-kvm action' })}), or name a program with ${option('qemu')}.`,
    })
  const real = await host.fs.realpath(path)
  const { mtimeMs, size, ino } = await host.fs.stat(real)
  const note = join(
    await store.workDirectory('state'),
    `qemu-${host.sha256(JSON.stringify([real, mtimeMs, size, ino])).slice(0, 16)}.version`,
  )
  const known = await host.fs.readFile(note, 'utf8').catch(() => undefined)
  if (known !== undefined) return known.trim()
  const { stdout } = await host.run([path, '--version'])
  const version = parseQemuVersion(stdout)
  if (version === undefined) {
    throw new UserError('NOT_QEMU', `'${path} --version' does not print a QEMU version: ${stdout.split('\n')[0] ?? ''}`, {
      hint: message`Name a qemu-system program with ${option('qemu')}.`,
    })
  }
  if (store.readOnly !== true) await host.fs.writeAtomic(note, `${version}\n`).catch(() => {})
  return version
}

/** `QEMU emulator version 7.2.22 (Debian …)` -> `7.2.22`. */
export function parseQemuVersion(text: string): string | undefined {
  return /^QEMU emulator version (\d+(?:\.\d+)+)/m.exec(text)?.[1]
}
