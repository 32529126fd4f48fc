import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Why a test is skipped that needs it. */
export const noDebugSymbols = "the debug information of Debian's kernel is large (270 MiB to download, a minute to read)"

/** The vmlinux of Debian's package with debug information, in the store; for full runs only. */
export function debugVmlinux(store: string, release: string): string {
  const place = join(store, 'debug-symbols', release)
  const vmlinux = join(place, 'usr', 'lib', 'debug', 'boot', `vmlinux-${release}`)
  if (existsSync(vmlinux)) return vmlinux
  mkdirSync(join(store, 'debug-symbols'), { recursive: true })
  const work = mkdtempSync(join(store, 'debug-symbols', 'new-'))
  try {
    execFileSync('apt-get', ['download', `linux-image-${release}-dbg`], { cwd: work, stdio: 'inherit' })
    const [name = ''] = readdirSync(work).filter((one) => one.endsWith('.deb'))
    const unpack = 'dpkg-deb --fsys-tarfile "$1" | tar x "./usr/lib/debug/boot/vmlinux-$2"; rm "$1"'
    execFileSync('sh', ['-ec', unpack, 'sh', name, release], { cwd: work })
    renameSync(work, place)
  } finally {
    rmSync(work, { recursive: true, force: true })
  }
  return vmlinux
}
