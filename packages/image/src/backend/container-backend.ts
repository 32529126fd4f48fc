import { join } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import { quoteArgv } from '@kernelkit/core/shell'
import { aptOptionsOfHost, explaining, lastLines, runSteps, type Host, type RunOptions, type RunResult } from '@kernelkit/host'
import type { ExecResult, ToolContainer } from '@kernelkit/toolchain'
import { containerTools } from './container-tools.ts'
import { aptOptionsInside, checkMirrorInside, proxiesInside } from '../bake/outside-settings.ts'
import type { BakeBackend, WorkDirectory } from './bake-backend.ts'
import { containerSteps } from './work-steps.ts'

// On the container's own writable layer, which is as large as the engine's disk; /tmp may be a tmpfs.
const directoryPrefix = '/var/tmp/kernelkit-bake-'

function randomPath(host: Host): string {
  return `${directoryPrefix}${host.randomHex(6)}`
}

/**
 * A toolchain container as the place where images are made: its root, nothing mounted. Inputs go in and results
 * come out as streams, so the engine may have a file system of its own. The container stays the caller's to dispose.
 */
export function containerBackend(host: Host, container: ToolContainer): BakeBackend {
  return {
    where: 'container',
    uid: 0,
    tools: async (spec) => {
      const tools = await containerTools(container, host, spec)
      for (const line of tools.why) host.log.info(line)
      return tools
    },
    ask: (argv, options) => container.exec(argv, { ...options, env: proxiesInside(host.env).kept }),
    aptOptions: async () => {
      const { kept, left } = aptOptionsInside(await aptOptionsOfHost(host))
      for (const setting of [...left, ...proxiesInside(host.env).left])
        host.log.warn(`not used in the container, which does not see this machine's loopback or programs: ${setting}`)
      return kept
    },
    checkMirror: checkMirrorInside,
    plannedDirectory: () => ({ path: randomPath(host), perRun: false }),
    stepsIn: (path) => containerSteps(path, { container: container.name, env: proxiesInside(host.env).kept }),
    open: () => openContainerDirectory(host, container),
  }
}

async function openContainerDirectory(host: Host, container: ToolContainer): Promise<WorkDirectory> {
  const steps = containerSteps(randomPath(host), { container: container.name, env: proxiesInside(host.env).kept })
  const run = async (argv: readonly string[], options: RunOptions = {}): Promise<RunResult> => {
    const { env, cwd, signal, onLine } = options
    const result = await container.exec(argv, { env, cwd, signal, ...(onLine === undefined ? {} : { onLine }) })
    signal?.throwIfAborted()
    if (result.exitCode !== 0 && options.reject !== false) throw failed(argv, result)
    return { ...result, signal: undefined }
  }
  const perform: WorkDirectory['perform'] = (list, options = {}) =>
    runSteps(host, list, {
      ...options,
      runInside: run,
      perform: async (step) => {
        if (step.kind !== 'transfer') throw new TypeError(`a step '${step.kind}' is not one of a container`)
        const { from, to, mode = 0o644 } = step
        if (step.direction === 'in') await container.putFile({ from, to, mode })
        else await explaining(to, () => container.takeFile({ from, to, signal: options.signal }))
      },
    })
  await perform(steps.open)
  return {
    where: 'container',
    steps,
    perform,
    supervise: async ({ argv, env }, { onLine, signal }) => {
      signal?.throwIfAborted()
      host.log.detail(`$ ${quoteArgv(argv)}`)
      const lines = (text: string): void => text.split('\r').forEach((line) => line !== '' && onLine(line))
      const result = await container.exec(argv, { env, onLine: lines, signal, cwd: '/' })
      signal?.throwIfAborted()
      if (result.exitCode === killed || result.outOfMemory) throw failed(argv, result)
      return result.exitCode
    },
    readText: async (name) => (await run(['cat', join(steps.path, name)])).stdout,
    [Symbol.asyncDispose]: async () => {
      // The container may be gone, and the directory with it.
      await perform(steps.close).catch(() => undefined)
    },
  }
}

/** 128 + SIGKILL. */
const killed = 137

function failed(argv: readonly string[], { exitCode, stdout, stderr, outOfMemory }: ExecResult): UserError {
  const program = argv.find((word) => word !== 'env' && !/^\w+=/.test(word)) ?? ''
  if (outOfMemory || exitCode === killed) {
    const why = outOfMemory ? 'memory ran out inside the container' : 'a process outside the container killed it'
    return new UserError('BOOTSTRAP_FAILED', `${program} was killed in the container: ${why}.`, {
      hint: outOfMemory
        ? 'Raise the memory limit of the container or of the engine; a bake needs about 512 MiB.'
        : 'Run it again; what was finished comes from the store.',
      details: { exitCode, outOfMemory },
    })
  }
  const output = lastLines(`${stdout}${stderr}`)
  return new UserError(
    'COMMAND_FAILED',
    `\`${quoteArgv(argv)}\` exited with status ${exitCode} in the container.${output === '' ? '' : `\n${output}`}`,
    {
      details: { argv, exitCode, output },
    },
  )
}
