import { join } from 'node:path'
import { baseCommand, chooseBakeTools, explainBootstrapFailure, type BakeTools } from '@kernelkit/core/debootstrap'
import { UserError } from '@kernelkit/core/errors'
import { debianArchOf } from '@kernelkit/core/arch'
import { baseRepository, componentsOf, imageLabel } from '@kernelkit/core/toolchain'
import { aptMirror, aptOptionsOfHost, readBakeFacts, withTask, type Host } from '@kernelkit/host'
import type { Engine } from '../contract.ts'
import { readJsonLines, StreamError } from '../engine/json-lines.ts'
import { engineWords } from '../container/engine-failure.ts'
import { engineLost } from './build-image.ts'
import { explainPullFailure } from './explain-build-failure.ts'

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

/** How this host would bootstrap; throws what stands in the way (no tool, no rights). */
export async function bootstrapTools(host: Host): Promise<BakeTools> {
  return chooseBakeTools(await readBakeFacts(host))
}

/** Make the smallest root with apt on this host and import it: no registry is needed. Answers its tag. */
export async function bootstrapBase(options: BootstrapBaseOptions, tools: BakeTools): Promise<string> {
  const { engine, host, suite, signal } = options
  const tag = baseTag(suite, engine.nodeArch)
  await using folder = await host.tempDir('kernelkit-base-')
  // The bootstrap tool may work as another user (a user namespace's root): it passes through, and writes in one place only.
  const scratch = join(folder.path, 'scratch')
  await host.fs.chmod(folder.path, 0o711)
  await host.fs.mkdir(scratch)
  await host.fs.chmod(scratch, 0o1777)
  const output = join(folder.path, 'base.tar')
  await withTask(host, { title: `bootstrap ${suite} ${debianArchOf(engine.nodeArch)} for the engine` }, async (task) => {
    await bootstrap(options, { tools, scratch, output, onStatus: (status) => task.update(status) })
    task.update('importing')
    await importBase(engine, { path: output, host, tag, suite, signal })
  })
  return tag
}

interface BootstrapRun {
  readonly tools: BakeTools
  readonly scratch: string
  readonly output: string
  readonly onStatus: (status: string) => void
}

async function bootstrap(
  { engine, host, suite, signal }: BootstrapBaseOptions,
  { tools, scratch, output, onStatus }: BootstrapRun,
): Promise<void> {
  const mirror = await aptMirror(host, suite)
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
  const lines: string[] = []
  const { exitCode } = await host.run(argv, {
    reject: false,
    signal,
    ownGroup: true,
    endsWithParent: true,
    cwd: '/',
    onLine: (line) => {
      lines.push(line)
      host.log.detail(line)
      const status = /^I: (.+?)(?:\.\.\.)?$/.exec(line)?.[1]
      if (status !== undefined && !/tempdir|\/tmp\//.test(status)) onStatus(status)
    },
  })
  if (exitCode === 0) return
  throw (
    explainBootstrapFailure(lines.join('\n'), { suite, mirror: mirror?.uri ?? `the mirror that ${tools.tool} knows` }) ??
    new UserError('BOOTSTRAP_FAILED', `${tools.tool} ended with ${exitCode}.\n${lines.slice(-40).join('\n')}`, {
      hint: 'the last lines say why; --verbose shows all of them.',
    })
  )
}

async function importBase(
  engine: Engine,
  {
    path,
    host,
    tag,
    suite,
    signal,
  }: { readonly path: string; readonly host: Host; readonly tag: string; readonly suite: string; readonly signal: AbortSignal | undefined },
): Promise<void> {
  const [repo = tag, name = 'latest'] = tag.split(':')
  try {
    // A plain archive: older engines refuse zstd, and unpacking gzip costs more than sending.
    const stream = await engine.docker.importImage(host.fs.createReadStream(path), {
      changes: [`LABEL ${imageLabel.what}=base`, `LABEL ${imageLabel.suite}=${suite}`],
      ...(signal === undefined ? {} : { abortSignal: signal }),
    })
    let id: string | undefined
    for await (const { status } of readJsonLines(stream as AsyncIterable<Uint8Array>)) id = /\b[0-9a-f]{64}\b/.exec(status ?? '')?.[0] ?? id
    if (id === undefined) throw new StreamError('the import ended without saying what it has made', undefined)
    // Named afterwards: Podman gives an imported image the tag `latest`, whatever is asked for.
    await engine.docker.getImage(id).tag({ repo, tag: name })
  } catch (error) {
    signal?.throwIfAborted()
    if (error instanceof StreamError || (typeof error === 'object' && error !== null && 'statusCode' in error))
      throw explainPullFailure(engineWords(error), { base: tag, engine: engine.address }, error)
    throw engineLost(error, engine.address)
  }
}
