import { dirname, resolve } from 'node:path'
import { UserError, command as commandPart, commandWriter, message, option, writeMessage, type Message } from '@kernelkit/core/errors'
import { writeFor, type VmSpec } from '@kernelkit/core/options'
import { containerVariable, makeNamedDirectory, namedVariable, type Requirement } from '@kernelkit/host'
import type { Engine } from '@kernelkit/toolchain'
import { chooseTools, isPassable, toolchainFor, toolchainImage } from '@kernelkit/toolchain/tools'
import type { CommandContext } from '../command.ts'
import { attachInContainer } from './attach-in-container.ts'
import { ownToolFiles } from './tool-files.ts'
import type { VmCommand } from './run-elsewhere.ts'
import { vmDirectories } from './vm-directories.ts'
import { wordsInside } from './words-inside.ts'

/** Where no container can be used, the command runs here all the same, and its own errors say what is missing. */
export async function rerunInContainer(
  context: CommandContext,
  vm: VmCommand,
  requirements: readonly Requirement[],
): Promise<number | undefined> {
  const place = await chooseTools(context, { command: vm.command, requirements, quietOnHost: true })
  if (place.where === 'host') return undefined
  refuseUnreachable(vm)
  return rerun(context, place.engine, vm)
}

async function rerun(context: CommandContext, engine: Engine, { command, spec, stdin, tty }: VmCommand): Promise<number> {
  const { host } = context
  const store = await context.store({ prepares: true })
  const spoken = await toolchainFor(context, { kind: 'whole', ...(spec.arch === undefined ? {} : { arch: spec.arch }) })
  const image = await toolchainImage({ ...context, tool: await ownToolFiles(host) }, engine, spoken)
  if (spec.root.kind === 'host')
    host.log.warn(
      writeFor(
        message`${option('root', 'host')}: in the container that is the container's root (${image.tag}), not this machine's`,
        context.reader,
      ),
    )
  for (const [name, named] of [
    ['artifacts', spec.artifacts],
    ['evidence', spec.evidence],
  ] as const)
    if (named !== undefined && !context.dryRun) await makeNamedDirectory(host, { option: name, named })
  if (spec.junit !== undefined && !context.dryRun)
    await makeNamedDirectory(host, { option: 'junit', named: dirname(resolve(host.cwd, spec.junit)) })
  return attachInContainer(context, {
    engine,
    container: {
      image: image.id,
      purpose: command,
      user: 'caller',
      mounts: await vmDirectories(host, store, spec),
      network: spec.net === 'user',
      kvm: spec.accel !== 'tcg',
    },
    argv: ['kernelkit', ...wordsInside({ argv: context.argv, command, spec })],
    cwd: host.cwd,
    env: environmentInside(context, { spec, store: store.root }),
    stdin: tty || stdin,
    tty,
  })
}

/** How the command prints, and what `--env NAME` takes from this environment. */
const passedOn = ['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'CI', 'LANG', 'TZ']

function environmentInside(
  { host }: CommandContext,
  { spec, store }: { readonly spec: VmSpec; readonly store: string },
): Readonly<Record<string, string>> {
  const names = [...passedOn, ...spec.env.flatMap(({ name, value }) => (value === undefined ? [name] : []))]
  const passed = names.map((name) => [name, namedVariable(host, name)] as const)
  return {
    ...Object.fromEntries(passed.filter((pair): pair is readonly [string, string] => pair[1] !== undefined)),
    [containerVariable]: '1',
    KERNELKIT_CACHE_DIR: store,
  }
}

/** A directory of the container that hides this machine's. */
function isOwn(directory: string | undefined): boolean {
  return directory?.startsWith('/') === true && !isPassable(directory)
}

/** Nothing outside a container can reach what listens inside, and it ends with the command. */
function refuseUnreachable({ command, spec }: VmCommand): void {
  const reasons: readonly (readonly [boolean, Message, Message])[] = [
    [spec.keep, message`${option('keep')}`, 'the container ends with this command, and exec, ssh, gdb, ps and stop do not see into it'],
    [spec.ssh, message`${option('ssh')}`, message`${commandPart('kernelkit ssh')} does not see into the container`],
    [
      spec.gdb !== undefined || spec.waitForDebugger,
      message`${option('gdb')}, ${option('s')} and ${option('S')}`,
      message`${commandPart('kernelkit gdb')} does not see into the container`,
    ],
    [spec.forwards.length > 0, message`${option('forward')}`, 'the port would be open inside the container only'],
    [
      isOwn(spec.junit === undefined ? undefined : dirname(spec.junit)),
      message`${option('junit', spec.junit)}`,
      "that directory is the container's own",
    ],
    [isOwn(spec.evidence), message`${option('evidence', spec.evidence)}`, "that directory is the container's own"],
    [spec.qemu !== undefined, message`${option('qemu')}`, "the container has its own QEMU, and not this machine's libraries"],
  ]
  const found = reasons.find(([isAsked]) => isAsked)
  if (found === undefined) return
  throw new UserError('NOT_IN_CONTAINER', message`${found[1]} cannot be used with ${option('toolchain', 'docker')}: ${found[2]}.`, {
    hint: message`Run ${commandPart(`kernelkit ${command} --toolchain host`)} with QEMU on this machine (${commandPart('kernelkit doctor --fix')} installs it).`,
    details: { option: writeMessage(found[1], commandWriter) },
  })
}
