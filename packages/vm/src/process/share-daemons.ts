import type { ChildProcess } from 'node:child_process'
import { UserError, message, option } from '@kernelkit/core/errors'
import { boundSocket, daemonDirectory, daemonShares, virtiofsdArgv, type QemuLaunch } from '@kernelkit/core/qemu'
import type { Host } from '@kernelkit/host'
import { reportUnveiled } from './spawn-qemu.ts'

/** Daemons that serve the host directories of a VM. */
export interface ShareDaemons {
  /** Resolves with what happened when a daemon dies before it is ended. */
  readonly failed: Promise<UserError>
  end(): void
}

// It makes a few mounts and binds its socket; a busy host takes seconds for that.
const startLimitMs = 20_000

const keptStderr = 4096

/** Starts a daemon for each share over virtiofs and waits until its socket is there. */
export async function startShareDaemons(launch: QemuLaunch, host: Host): Promise<ShareDaemons> {
  const failed = Promise.withResolvers<UserError>()
  const children: ChildProcess[] = []
  let isEnded = false
  const end = (): void => {
    isEnded = true
    for (const child of children) child.kill('SIGKILL')
  }
  try {
    await Promise.all(
      daemonShares(launch).map(async (one) => {
        await host.fs.mkdir(daemonDirectory(launch, one.index), { recursive: true, mode: 0o700 })
        const [program = '', ...words] = virtiofsdArgv(launch, one)
        const child = host.spawn([program, ...words], { cwd: '/', stdio: ['ignore', 'ignore', 'pipe'] })
        children.push(child)
        if (child.stderr !== null) reportUnveiled(child.stderr, host)
        let stderr = ''
        child.stderr?.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-keptStderr)))
        const died = new Promise<UserError>((resolve) => {
          child.once('error', (cause) => resolve(daemonError(launch, one.share.host, cause.message)))
          child.once('close', (code, signal) =>
            resolve(daemonError(launch, one.share.host, lastWords(stderr) || (signal ?? `exit status ${code}`))),
          )
        })
        void died.then((error) => {
          if (!isEnded) failed.resolve(error)
        })
        await untilListening(host, boundSocket(launch, one.index), died)
      }),
    )
  } catch (error) {
    end()
    throw error
  }
  return { failed: failed.promise, end }
}

/** What a program said last; mount(8) adds a line that only refers to the kernel log. */
function lastWords(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim())
  return lines.findLast((line) => line !== '' && !line.startsWith('dmesg(1) may have more information')) ?? ''
}

async function untilListening(host: Host, socket: string, died: Promise<UserError>): Promise<void> {
  const limitMs = host.monotonicMs() + startLimitMs
  let failure: UserError | undefined
  void died.then((error) => (failure = error))
  while (!(await isListening(host, socket))) {
    if (failure !== undefined) throw failure
    if (host.monotonicMs() > limitMs)
      throw new UserError('SHARE_DAEMON_FAILED', `virtiofsd did not open ${socket} within ${startLimitMs / 1000} s.`)
    await host.sleep(5)
  }
}

/** A socket has a name before it takes connections: proc(5), /proc/net/unix, has the flag __SO_ACCEPTCON (include/linux/net.h). */
async function isListening(host: Host, socket: string): Promise<boolean> {
  const lines = (await host.fs.readFile('/proc/net/unix', 'utf8')).split('\n')
  return lines.some((line) => line.endsWith(` ${socket}`) && line.split(' ')[3] === '00010000')
}

function daemonError({ virtiofsd }: QemuLaunch, directory: string, why: string): UserError {
  const ranges =
    virtiofsd?.unprivileged === true
      ? 'Check that newuidmap is installed (uidmap) and that /etc/subuid and /etc/subgid have a line for you, or share'
      : 'Share'
  return new UserError('SHARE_DAEMON_FAILED', `virtiofsd, which serves ${directory} to the guest, has ended: ${why}.`, {
    hint: message`${ranges} another way with ${option('share-as')}.`,
    details: { directory, program: virtiofsd?.program },
  })
}
