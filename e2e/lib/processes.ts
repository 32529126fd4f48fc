import { readFile, readdir, readlink } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'

/** Running QEMU processes whose command line or state names this VM. */
export async function qemuPids(text: string): Promise<readonly number[]> {
  const found: number[] = []
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue
    const argv = (await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '')).split('\0')
    if (/qemu-system/.test(argv[0] ?? '') && argv.some((word) => word.includes(text))) found.push(Number(name))
  }
  return found
}

/** Wait for a condition with a limit that names it. */
export async function waitUntil(what: string, isMet: () => boolean | Promise<boolean>, limitMs = 300_000): Promise<void> {
  const deadline = performance.now() + limitMs
  while (!(await isMet())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs / 1000} s: ${what}`)
    await delay(100)
  }
}

/** Running processes whose name matches and whose working directory or arguments are below this directory. */
export async function processesWith(directory: string, name: RegExp): Promise<readonly number[]> {
  const found: number[] = []
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue
    const command = (await readFile(`/proc/${entry}/comm`, 'utf8').catch(() => '')).trim()
    if (!name.test(command)) continue
    const argv = await readFile(`/proc/${entry}/cmdline`, 'utf8').catch(() => '')
    const cwd = await readlink(`/proc/${entry}/cwd`).catch(() => '')
    if (argv.includes(directory) || cwd.startsWith(directory)) found.push(Number(entry))
  }
  return found
}
