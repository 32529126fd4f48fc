import { join } from 'node:path'
import { chooseBakeTools, type BakeTools } from '@kernelkit/core/debootstrap'
import type { ImageSpec } from '@kernelkit/core/options'
import { aptOptionsOfHost, bakeRequirements, explaining, readBakeFacts, requireAll, runSteps, type Host } from '@kernelkit/host'
import { withoutSudo } from './rights.ts'
import { supervise } from './supervise.ts'
import { openWorkDirectory } from './work-directory.ts'
import { hostSteps } from './work-steps.ts'
import type { BakeBackend, WorkDirectory } from './bake-backend.ts'

/** This machine as the place where images are made. */
export function hostBackend(host: Host): BakeBackend {
  return {
    where: 'host',
    uid: host.uid,
    tools: (spec) => prepareTools(host, spec),
    ask: (argv, options) => host.run(argv, { ...options, reject: false }),
    aptOptions: () => aptOptionsOfHost(host),
    checkMirror: () => {},
    plannedDirectory: () => ({ path: '/tmp/kernelkit-bake-XXXXXX', perRun: true }),
    stepsIn: hostSteps,
    open: (tools) => openHostDirectory(host, tools),
  }
}

/** Tool and rights, with a line in the log; everything that the host lacks in one error. */
async function prepareTools(host: Host, spec: ImageSpec): Promise<BakeTools> {
  const tools = chooseBakeTools(await readBakeFacts(host))
  // Which bootstrap tool and which rights has just been answered; the list is for the rest.
  const rest = bakeRequirements(host, spec.arch).filter(
    (one) => one.what === 'program' && one.program !== 'newuidmap' && (one.program !== 'arch-test' || tools.tool === 'mmdebstrap'),
  )
  await requireAll(host, rest, { user: 'bake' })
  for (const line of tools.why) host.log.info(line)
  return tools
}

async function openHostDirectory(host: Host, tools: BakeTools): Promise<WorkDirectory> {
  const directory = await openWorkDirectory(host, tools)
  const { path, steps } = directory
  return {
    where: 'host',
    steps,
    perform: (list, options) => explaining(path, () => runSteps(host, list, options)),
    supervise: ({ argv }, options) => supervise(host, { argv: withoutSudo(tools, argv), workDirectory: path, rights: tools, ...options }),
    readText: (name) => host.fs.readFile(join(path, name), 'utf8'),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}
