import { finished } from 'node:stream/promises'
import type { Action } from '@kernelkit/action-kit'
import type { Store } from '@kernelkit/host'
import { runInVm, type FinishedRun, type PreparedVm } from '@kernelkit/vm/internal'
import { publishDirectory } from './evidence/publish.ts'
import { jobVariables } from './guest/guest-variables.ts'
import { lineWriter } from './guest/line-writer.ts'
import { scriptCommand, scriptDirectory } from './guest/script-command.ts'
import type { BootRequest } from './inputs.ts'

export interface BootContext {
  readonly action: Action
  readonly store: Store
  readonly request: BootRequest
  /** What was built last for the project is meant. */
  readonly projectKernel: boolean
  /** Absolute directory that takes what is known of the run, however it ends. */
  readonly artifacts: string
  /** Before anything starts: what a killed step must not forget. */
  readonly onPrepared: (prepared: PreparedVm) => void
}

/** Boots the VM and runs the script in it, whose output is in the log as it comes. */
export async function bootAndRun({ action, store, request, projectKernel, artifacts, onPrepared }: BootContext): Promise<FinishedRun> {
  const { host, signal } = action
  const { spec, script, shell } = request
  // The user's own value of one of these comes first.
  const named = new Set(spec.env.map(({ name }) => name))
  const env = Object.fromEntries(Object.entries(jobVariables(host.env)).filter(([name]) => !named.has(name)))
  let evidenceDirectory: string | undefined
  try {
    return await runInVm({
      host,
      store,
      wanted: { spec, command: 'run', reader: action.reader(), projectKernel, artifacts: request.guestArtifacts },
      argv: scriptCommand({ directory: scriptDirectory(`script-${host.randomHex(6)}`, spec.user), shell }),
      script: `${script}\n`,
      env,
      onPrepared: (prepared) => {
        evidenceDirectory = prepared.evidenceDirectory
        onPrepared(prepared)
        printPlan(action, prepared)
      },
      openStreams: async () => {
        const [stdout, stderr] = [lineWriter(action.printOutput), lineWriter(action.printOutput)]
        return {
          stdout,
          stderr,
          close: async () => {
            await Promise.all([stdout, stderr].map((stream) => finished(stream.end(), { readable: false })))
          },
        }
      },
      onConsoleLine: spec.console === 'always' ? host.log.info : undefined,
      signal,
    })
  } finally {
    if (evidenceDirectory !== undefined) await publishDirectory(host, { from: evidenceDirectory, directory: artifacts })
  }
}

function printPlan({ host, annotate }: Action, { plan }: PreparedVm): void {
  for (const line of plan.lines) host.log.info(line)
  for (const line of plan.warnings) host.log.warn(line)
  const { accel, reason } = plan.accel
  if (accel === 'kvm' || plan.vm.accel === 'tcg') return
  annotate({
    level: 'warning',
    title: 'No KVM',
    oncePerJob: true,
    message: `The VM is emulated, which is many times slower: ${reason}. Time limits of kernelkit are longer for it; the setup-kvm action opens /dev/kvm where there is one.`,
  })
}
