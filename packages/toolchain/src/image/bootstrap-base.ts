import { join } from 'node:path'
import { baseCommand, chooseBakeTools, explainBootstrapFailure, type BakeTools } from '@kernelkit/core/debootstrap'
import { UserError } from '@kernelkit/core/errors'
import { debianArchOf } from '@kernelkit/core/arch'
import type { EngineStep, RunStep, Step } from '@kernelkit/core/plan'
import { baseRepository, componentsOf, imageLabel } from '@kernelkit/core/toolchain'
import { aptMirror, aptOptionsOfHost, lastLines, readBakeFacts, readLastLines, runSteps, withTask, type Host } from '@kernelkit/host'
import type { Engine } from '../engine/engine.ts'
import { performEngineStep } from './engine-steps.ts'

/** Tag of a bootstrapped base: `kernelkit/base:SUITE-ARCH`. */
export function baseTag(suite: string, nodeArch: string): string {
  return `${baseRepository}:${suite}-${debianArchOf(nodeArch)}`
}

export interface BootstrapBaseOptions {
  readonly engine: Engine
  readonly host: Host
  readonly suite: string
  readonly signal?: AbortSignal | undefined
}

/** How this host would bootstrap; throws the reason why it cannot (no tool, no rights). */
export async function bootstrapTools(host: Host): Promise<BakeTools> {
  return chooseBakeTools(await readBakeFacts(host))
}

export interface BootstrapSteps {
  readonly before: readonly Step[]
  readonly bootstrap: RunStep
  readonly import: EngineStep
  /** Where the packages come from, for messages. */
  readonly mirror: string | undefined
}

/** The smallest root with apt, made on this host in a directory of its own, and imported: no registry is needed. */
export async function bootstrapSteps(
  { engine, host, suite }: BootstrapBaseOptions,
  { tools, directory }: { readonly tools: BakeTools; readonly directory: string },
): Promise<BootstrapSteps> {
  const mirror = await aptMirror(host, suite)
  const scratch = join(directory, 'scratch')
  const output = join(directory, 'base.tar')
  const argv = baseCommand({
    tools,
    suite,
    debianArch: debianArchOf(engine.nodeArch),
    components: componentsOf(suite),
    mirror: mirror?.uri,
    keyring: mirror?.keyring,
    aptOptions: await aptOptionsOfHost(host),
    scratch,
    output,
  })
  return {
    before: [
      // The bootstrap tool may work as another user (a user namespace's root): it passes through, and writes in one place only.
      { kind: 'mkdir', why: 'a work directory', path: directory, mode: 0o711 },
      { kind: 'mkdir', why: 'where the bootstrap tool may write', path: scratch, mode: 0o1777 },
    ],
    bootstrap: { kind: 'run', why: `the smallest root of ${suite} with apt`, argv, cwd: '/' },
    import: {
      kind: 'engine',
      why: 'the base of the image',
      call: {
        call: 'import',
        path: output,
        tag: baseTag(suite, engine.nodeArch),
        changes: [`LABEL ${imageLabel.what}=base`, `LABEL ${imageLabel.suite}=${suite}`],
      },
    },
    mirror: mirror?.uri,
  }
}

/** Bootstrap and import. */
export async function bootstrapBase(options: BootstrapBaseOptions, tools: BakeTools): Promise<void> {
  const { engine, host, suite, signal } = options
  await using directory = await host.tempDir('kernelkit-base-')
  const steps = await bootstrapSteps(options, { tools, directory: directory.path })
  await withTask(host, { title: `bootstrap ${suite} ${debianArchOf(engine.nodeArch)} for the engine` }, async (task) => {
    await runSteps(host, steps.before, { signal })
    await bootstrap(options, { tools, steps, onStatus: (status) => task.update(status) })
    task.update('importing')
    await runSteps(host, [steps.import], { signal, perform: (step) => performEngineStep({ engine, host, signal }, step) })
  })
}

interface BootstrapRun {
  readonly tools: BakeTools
  readonly steps: BootstrapSteps
  readonly onStatus: (status: string) => void
}

async function bootstrap(
  { host, suite, signal }: BootstrapBaseOptions,
  { tools, steps: { bootstrap: step, mirror }, onStatus }: BootstrapRun,
): Promise<void> {
  const lines: string[] = []
  await runSteps(host, [step], {
    reject: false,
    signal,
    ownGroup: true,
    endsWithParent: true,
    onLine: (line) => {
      lines.push(line)
      host.log.detail(line)
      const status = /^I: (.+?)(?:\.\.\.)?$/.exec(line)?.[1]
      if (status !== undefined && !/tempdir|\/tmp\//.test(status)) onStatus(status)
    },
    onResult: ({ exitCode }) => {
      if (exitCode === 0) return
      throw (
        explainBootstrapFailure(lines.join('\n'), { suite, mirror: mirror ?? `the mirror that ${tools.tool} knows` }) ??
        new UserError('BOOTSTRAP_FAILED', `${tools.tool} exited with status ${exitCode}.\n${lastLines(lines)}`, {
          hint: readLastLines,
        })
      )
    },
  })
}
