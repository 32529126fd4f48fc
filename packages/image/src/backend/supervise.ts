import { quoteArgv } from '@kernelkit/core/shell'
import { supervisorScript } from '@kernelkit/core/debootstrap'
import type { Host } from '@kernelkit/host'
import { privileged, type Rights } from './rights.ts'

export interface SuperviseOptions {
  readonly argv: readonly string[]
  /** Directory that is removed, with files of other owners in it, when kernelkit itself is killed. */
  readonly workDirectory: string
  /** Of the supervisor: it could not end what runs with more rights than its own. */
  readonly rights: Rights
  readonly onLine: (line: string) => void
  readonly signal?: AbortSignal | undefined
}

/**
 * A long program whose whole family ends when the signal aborts or this process dies, however it dies:
 * the supervisor's standard input is the lifeline. Resolves with its exit status.
 */
export async function supervise(host: Host, options: SuperviseOptions): Promise<number> {
  const { rights, workDirectory } = options
  options.signal?.throwIfAborted()
  const remove = ['rm', '-rf', '--one-file-system', workDirectory]
  // A user namespace's files can only be removed from inside one; the directory itself is ours.
  const cleanup =
    rights.privilege === 'user-namespace'
      ? `${quoteArgv(privileged(rights, ['rm', '-rf', `${workDirectory}/scratch`]))}; ${quoteArgv(remove)}`
      : quoteArgv(remove)
  const supervisor = ['sh', '-c', supervisorScript, 'kernelkit-bake', cleanup, ...options.argv]
  const argv = (rights.privilege === 'sudo' ? ['sudo', '-n', ...supervisor] : supervisor) as [string, ...string[]]
  host.log.detail(`$ ${quoteArgv(options.argv)}`)
  // A session of its own: Ctrl-C on the terminal reaches it through us only.
  const child = host.spawn(argv, {
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: true,
    cwd: '/',
    env: { ...host.env, PATH: `${host.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin` },
  })
  const letGo = (): void => void child.stdin?.end()
  options.signal?.addEventListener('abort', letGo)
  child.stdin?.on('error', () => {})
  for (const stream of [child.stdout, child.stderr]) if (stream !== null) eachLine(stream, options.onLine)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', reject)
      child.once('close', (code) => resolve(code ?? 128))
    })
  } finally {
    options.signal?.removeEventListener('abort', letGo)
    letGo()
    options.signal?.throwIfAborted()
  }
}

function eachLine(stream: NodeJS.ReadableStream, onLine: (line: string) => void): void {
  let rest = ''
  stream.setEncoding('utf8')
  stream.on('data', (text: string) => {
    const lines = (rest + text).split(/[\r\n]+/)
    rest = lines.pop() ?? ''
    for (const line of lines) if (line !== '') onLine(line)
  })
  stream.on('end', () => {
    if (rest !== '') onLine(rest)
  })
}
