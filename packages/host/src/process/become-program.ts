import type { Host } from '../host.ts'

/**
 * Replaces this process by an interactive program: Ctrl-C and the terminal are then its own. Node lines without
 * execve (before 22.15) start it as a child instead, and the call returns its exit status.
 */
export async function becomeProgram(host: Pick<Host, 'spawn' | 'env'>, argv: readonly [string, ...string[]]): Promise<number> {
  const [file] = argv
  const env = Object.fromEntries(Object.entries(host.env).filter((entry): entry is [string, string] => entry[1] !== undefined))
  if (typeof process.execve === 'function') {
    restoreBlocking()
    process.execve(file, [...argv], env)
  }
  const child = host.spawn(argv, { stdio: 'inherit' })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code) => resolve(code ?? 1))
  })
}

/** Node makes its own pipes non-blocking, which other programs do not expect: they lose output when the reader is late. */
function restoreBlocking(): void {
  for (const stream of [process.stdin, process.stdout, process.stderr]) {
    const { _handle: handle } = stream as { readonly _handle?: { readonly setBlocking?: (blocking: boolean) => void } | null }
    handle?.setBlocking?.(true)
  }
}
