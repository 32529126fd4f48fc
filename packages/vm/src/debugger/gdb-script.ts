import { UserError, message, option } from '@kernelkit/core/errors'
import { evidencePath } from '../evidence/evidence-paths.ts'
import { chooseGdb } from '../gdb/choose-gdb.ts'
import { gdbTargetOf } from '../gdb/gdb-target.ts'
import { writeGdbFiles } from '../gdb/write-gdb-files.ts'
import { findVm } from '../process/vm-state.ts'
import { atMost } from '../session/first-of.ts'
import type { Guest } from '../session/guest.ts'
import { runDebugger, type DebuggerEnd } from './run-debugger.ts'

/** A script of gdb that was started in a guest. */
export interface GdbScript extends AsyncDisposable {
  /** Rejects when the script fails while the command runs. Throws GDB_SCRIPT_FAILED. */
  readonly failed: Promise<never>
  /** After the command: what the script still does is done, at most until its limit. Throws GDB_SCRIPT_FAILED. */
  finish(): Promise<void>
}

const attached = 'kernelkit: attached'
// How long a script may need between two `continue`.
const stepMs = 500
// A panic is on the console before its VM is gone.
const newsMs = 5000

/** Attaches gdb, which stops the guest, and starts the script; the command may start then: it runs when the script continues. */
export async function startGdbScript(guest: Guest, script: string, evidenceDirectory: string): Promise<GdbScript> {
  const { host, plan, vm, watch, signal } = guest
  const limitMs = plan.vm.gdbTimeoutMs
  const state = await findVm(plan.launch.id, host)
  const gdb = await chooseGdb(host, state.arch)
  const resolved = await gdbTargetOf(host, state, { ours: gdb.hasPython })
  for (const note of resolved.notes) host.log.info(note)
  const commandFile = await writeGdbFiles(host, state, resolved)
  const stop = new AbortController()
  const isAttached = Promise.withResolvers<void>()
  let end: DebuggerEnd | undefined
  // Else a breakpoint at a function that there is not waits for a library that never comes, and the script passes.
  const strict = ['-ex', 'set breakpoint pending off']
  const argv = [gdb.program, '-nx', '-q', '-batch', '-x', commandFile, ...strict, '-ex', String.raw`echo ${attached}\n`, '-x', script]
  const ended = runDebugger(host, argv, {
    limitMs,
    signal: AbortSignal.any([signal, stop.signal]),
    onLine: (line) => line === attached && isAttached.resolve(),
  }).then(async (result) => {
    end = result
    // A debugger that was killed leaves the guest stopped.
    if (result.exitCode === undefined) await vm.qmp('cont').catch(() => {})
    const output = result.output.replace(`${attached}\n`, '')
    await host.fs.writeFile(evidencePath(evidenceDirectory, 'gdb'), output)
    return { ...result, output }
  })
  ended.catch(() => {})
  const isOver = (): boolean => end !== undefined
  const check = async (): Promise<void> => {
    const { exitCode, timedOut, output } = await ended
    if (exitCode === 0 || stop.signal.aborted || signal.aborted) return
    // The debugger loses its guest first, and the console says why.
    await atMost(host, newsMs, watch.over)
    if (await Promise.race([watch.over.then(() => true), Promise.resolve(false)])) return
    throw scriptFailed({ script, limitMs, exitCode, timedOut, output, log: evidencePath(evidenceDirectory, 'gdb') })
  }
  const failed = check().then(() => new Promise<never>(() => {}))
  failed.catch(() => {})
  await Promise.race([isAttached.promise, ended, failed, watch.over])
  return {
    failed,
    finish: async () => {
      // Nothing more reaches its breakpoints: what waits in `continue` is stopped, and goes to its next line.
      for (let wasRunning = false; !isOver();) {
        await atMost(host, stepMs, ended)
        const { running } = (await vm.qmp('query-status').catch(() => ({ running: false }))) as { readonly running: boolean }
        if (!isOver() && running && wasRunning) await vm.qmp('stop').catch(() => {})
        wasRunning = running
      }
      await check()
    },
    [Symbol.asyncDispose]: async () => {
      if (isOver()) return
      stop.abort(new Error('the run is over'))
      await ended.catch(() => {})
    },
  }
}

interface Failed extends Pick<DebuggerEnd, 'exitCode' | 'timedOut' | 'output'> {
  readonly script: string
  readonly limitMs: number
  /** The file with all that it printed. */
  readonly log: string
}

const shownLines = 10

function scriptFailed({ script, limitMs, exitCode, timedOut, output, log }: Failed): UserError {
  const what = timedOut
    ? `did not end within ${limitMs / 1000} s`
    : exitCode === undefined
      ? 'was killed'
      : `exited with status ${exitCode}: a command of it failed, or it quit with this status`
  const last = output.trimEnd().split('\n').slice(-shownLines)
  return new UserError(
    'GDB_SCRIPT_FAILED',
    message`${option('gdb-script', script)} ${what}.\n${last.map((line) => `  ${line}`).join('\n')}`,
    {
      hint: timedOut
        ? message`Let it end (quit, or no further continue), or raise ${option('gdb-timeout')}.`
        : message`Read ${log}, or try the commands one by one with ${option('gdb')} and ${option('keep')}.`,
      details: { script, exitCode: exitCode ?? null, timedOut },
    },
  )
}
