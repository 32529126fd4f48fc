import { UserError } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

// A panic with its registers and its trace.
const endBytes = 32 << 10
const shownLines = 10

/** The error of a VM that has gone, with what its console says of it; `why` is a sentence without its full stop. */
export async function vmLost(
  host: Pick<Host, 'fs'>,
  { why, console }: { readonly why: string; readonly console: string },
): Promise<UserError> {
  const lines = await endOf(host, console)
  const panic = await panicOf(lines)
  const tail = lines.slice(-shownLines)
  const shown =
    panic === undefined ? (tail.length === 0 ? '' : ` The end of its console:\n${tail.join('\n')}`) : ` Its kernel panicked: ${panic}`
  return new UserError('VM_LOST', `${why}.${shown}`, {
    verdict: 'vm-lost',
    hint: `Read its whole console: ${console}.`,
    details: { console, panic },
  })
}

/** Whether the end of a console says that the kernel has panicked. */
export async function hasPanicked(host: Pick<Host, 'fs'>, console: string): Promise<boolean> {
  const lines = await endOf(host, console)
  // A kernel that started again (--append panic=5) runs after its panic.
  const start = lines.findLastIndex((line) => line.includes('] Linux version '))
  return (await panicOf(lines.slice(Math.max(0, start)))) !== undefined
}

async function panicOf(lines: readonly string[]): Promise<string | undefined> {
  const { createConsoleReader } = await import('@kernelkit/core/console')
  const reader = createConsoleReader()
  for (const line of lines) reader.read(line)
  return reader.facts().panic
}

async function endOf(host: Pick<Host, 'fs'>, path: string): Promise<readonly string[]> {
  const file = await host.fs.open(path, 'r').catch(() => undefined)
  if (file === undefined) return []
  try {
    const { size } = await file.stat()
    const { buffer, bytesRead } = await file.read(
      Buffer.alloc(Math.min(size, endBytes)),
      0,
      Math.min(size, endBytes),
      Math.max(0, size - endBytes),
    )
    const text = buffer.toString('utf8', 0, bytesRead).replaceAll('\r', '').trimEnd()
    return text === '' ? [] : text.split('\n').slice(size > endBytes ? 1 : 0)
  } finally {
    await file.close()
  }
}
