import type Docker from 'dockerode'
import { isCertainlyGone, ownIdentity, type Host, type ProcessIdentity } from '@kernelkit/host'
import type { ContainerOptions, ExecResult, ToolContainer } from './tool-container.ts'
import type { Engine } from '../engine/engine.ts'
import { answerWithin } from './answer-within.ts'
import { checkMounts } from './check-mounts.ts'
import { ownLabel, parseOwner } from './container-labels.ts'
import { engineWords, explainRefusal } from './engine-failure.ts'
import { memoryEventsArgv, parseOomKills } from './memory-events.ts'
import { putContent } from './put-content.ts'
import { removeContainer } from './remove-container.ts'
import { renderContainer, type ContainerFacts } from './render-container.ts'
import { runExec, type RunningContainer, type StreamedExecOptions } from './run-exec.ts'
import { takeFile } from './take-file.ts'

const kvmDevice = '/dev/kvm'

/**
 * Start a container that lives until it is disposed of, the signal is aborted, or this process ends in whatever way;
 * then everything in it is killed and it is removed.
 */
export async function openContainer(engine: Engine, host: Host, options: ContainerOptions): Promise<ToolContainer> {
  const { signal, purpose, image } = options
  signal?.throwIfAborted()
  await checkMounts(host, options.mounts)
  const sweeping = sweepContainers(engine, host)
  const facts = await factsOf(engine, host, options)
  const request = renderContainer(options, facts)
  const running = await start(engine, host, { purpose, request }).catch((error: unknown) => {
    throw explainRefusal(error, { engine, image, purpose })
  })
  const abort = (): void => void running.end()
  signal?.addEventListener('abort', abort, { once: true })
  const dispose = async (): Promise<void> => {
    signal?.removeEventListener('abort', abort)
    await running.end()
  }
  await sweeping
  if (signal?.aborted === true) {
    await dispose()
    signal.throwIfAborted()
  }
  let oomKills = 0
  const exec = async (argv: readonly string[], more: StreamedExecOptions = {}): Promise<ExecResult> => {
    const result = await runExec(running, argv, more)
    if (result.exitCode === 0) return { ...result, outOfMemory: false }
    // A program that lost a child to it has another status than the victim: make's is 2.
    const now = parseOomKills(await runExec(running, memoryEventsArgv, { signal: more.signal }))
    const outOfMemory = now > oomKills
    oomKills = now
    return { ...result, outOfMemory }
  }
  return {
    id: running.docker.id,
    name: facts.name,
    request,
    mounts: options.mounts,
    limits: options.limits ?? {},
    exec,
    putFile: async ({ from, to, mode }) => {
      const { size } = await host.fs.stat(from)
      await putContent(exec, { content: host.fs.createReadStream(from), size, to, mode })
    },
    putText: ({ content, to, mode }) => putContent(exec, { content, size: Buffer.byteLength(content), to, mode }),
    takeFile: (file) => takeFile(host, exec, file),
    [Symbol.asyncDispose]: dispose,
  }
}

async function start(
  engine: Engine,
  host: Host,
  { purpose, request }: Pick<ContainerOptions, 'purpose'> & Pick<ToolContainer, 'request'>,
): Promise<RunningContainer> {
  const docker = await answerWithin(host, 'create a container', engine.docker.createContainer(request))
  let ended = false
  let lifeline: NodeJS.ReadWriteStream | undefined
  let ending: Promise<void> | undefined
  const end = (): Promise<void> => {
    ended = true
    ending ??= removeContainer(host, docker).finally(() => lifeline?.end())
    return ending
  }
  try {
    // Before the start: whatever ends this process from here on ends the container.
    const attached = await answerWithin(
      host,
      'attach to the container',
      docker.attach({ stream: true, stdin: true, stdout: true, hijack: true }),
    )
    lifeline = attached
    const noteEnd = (): void => void (ended = true)
    attached.on('error', noteEnd).on('close', noteEnd).resume()
    await answerWithin(host, 'start the container', docker.start())
    const { Config } = await answerWithin(host, 'describe the container', docker.inspect())
    // null, whatever the types say, when neither image nor caller sets a variable.
    const environment: readonly string[] | null = Config.Env
    return {
      host,
      docker,
      env: environment ?? [],
      title: `container for ${purpose}`,
      hasEnded: () => ended,
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}

async function factsOf(engine: Engine, host: Host, { purpose, kvm }: ContainerOptions): Promise<ContainerFacts> {
  const device = kvm === true ? await host.fs.stat(kvmDevice).catch(() => undefined) : undefined
  return {
    name: `kernelkit-${purpose}-${host.randomHex(6)}`,
    uid: host.uid,
    gid: host.gid,
    rootless: engine.rootless,
    owner: await ownIdentity(host),
    kvmGid: device?.gid,
  }
}

/** Remove containers of ours whose owner is certainly gone: killed between creating and starting one, or together with the engine. */
async function sweepContainers(engine: Pick<Engine, 'docker'>, host: Pick<Host, 'fs' | 'sleep' | 'log'>): Promise<void> {
  try {
    const found = await engine.docker.listContainers({ all: true, filters: { label: [ownLabel] } })
    for (const info of found) {
      const owner = parseOwner(info.Labels)
      if (owner === undefined || !(await isLeftBehind(host, owner, info.State))) continue
      host.log.detail(`removing a container that a killed run left: ${info.Names[0] ?? info.Id}`)
      await removeContainer(host, engine.docker.getContainer(info.Id))
    }
  } catch (error) {
    // Only cleanup: a problem with the engine stops the next step, with a better message.
    host.log.detail(`containers of killed runs were not looked for: ${engineWords(error)}`)
  }
}

async function isLeftBehind(host: Pick<Host, 'fs'>, owner: ProcessIdentity, state: Docker.ContainerInfo['State']): Promise<boolean> {
  if (!(await isCertainlyGone(host, owner))) return false
  // Of another boot, and yet alive or about to be: the engine is shared with another machine, whose processes we do not see.
  return state === 'exited' || state === 'dead' || owner.bootId === (await ownIdentity(host))?.bootId
}
