import { dirname, resolve } from 'node:path'
import { UserError } from '@kernelkit/core/errors'
import type { VmSpec } from '@kernelkit/core/options'
import { makeFolder, type Requirement } from '@kernelkit/host'
import type { Engine } from '@kernelkit/toolchain'
import { chooseTools, isPassable, toolchainFor, toolchainImage } from '@kernelkit/toolchain/tools'
import { makeNamedFolder } from '@kernelkit/vm/internal'
import { rawTerminal } from '../handlers/raw-terminal.ts'
import type { CommandContext } from '../command.ts'
import { insideVariable } from '../context.ts'
import { ownToolFiles } from './tool-files.ts'
import type { VmCommand } from './run-elsewhere.ts'
import { vmFolders } from './vm-folders.ts'

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
  const { host, signal } = context
  const store = await context.store({ prepares: true })
  const { attachProgram, openContainer } = await import('@kernelkit/toolchain')
  const spoken = await toolchainFor(context, { kind: 'whole', ...(spec.arch === undefined ? {} : { arch: spec.arch }) })
  const image = await toolchainImage({ ...context, tool: ownToolFiles() }, engine, spoken)
  if (spec.root.kind === 'host')
    host.log.warn(`--root host: in the container that is the container's root (${image.tag}), not this machine's`)
  for (const [option, named] of [
    ['--artifacts', spec.artifacts],
    ['--evidence', spec.evidence],
  ] as const)
    if (named !== undefined && !context.dryRun) await makeNamedFolder(host, { option, named })
  if (spec.junit !== undefined && !context.dryRun) await makeFolder(host, dirname(resolve(host.cwd, spec.junit)))
  await using container = await openContainer(engine, host, {
    image: image.id,
    purpose: command,
    user: 'caller',
    mounts: await vmFolders(host, store, spec),
    network: spec.net === 'user',
    kvm: spec.accel !== 'tcg',
    signal,
  })
  const terminal = tty ? rawTerminal(context) : undefined
  try {
    return await attachProgram({ engine, host, container }, ['kernelkit', ...wordsInside(context, { command, spec })], {
      cwd: host.cwd,
      env: environmentInside(context, { spec, store: store.root }),
      stdin: tty || stdin ? context.stdin : undefined,
      stdout: context.stdout,
      stderr: context.stderr,
      terminal,
      signal,
    })
  } finally {
    terminal?.restore()
  }
}

/** The words of this command; what was decided from files that the container does not have is added. */
function wordsInside({ argv }: Pick<CommandContext, 'argv'>, { command, spec }: Pick<VmCommand, 'command' | 'spec'>): readonly string[] {
  const at = argv.indexOf(command) + 1
  const isNamed = argv.some((word) => /^--status(=|$)/.test(word))
  return spec.status === 'simple' && !isNamed ? argv.toSpliced(at, 0, '--status=simple') : argv
}

/** How the command answers, and what `--env NAME` takes from this environment. */
const passedOn = ['TERM', 'COLORTERM', 'NO_COLOR', 'FORCE_COLOR', 'CI', 'LANG', 'TZ']

function environmentInside(
  { host }: CommandContext,
  { spec, store }: { readonly spec: VmSpec; readonly store: string },
): Readonly<Record<string, string>> {
  const names = [...passedOn, ...spec.env.flatMap(({ name, value }) => (value === undefined ? [name] : []))]
  const passed = names.flatMap((name) => (host.env[name] === undefined ? [] : [[name, host.env[name]] as const]))
  return {
    ...Object.fromEntries(passed),
    [insideVariable]: '1',
    KERNELKIT_CACHE_DIR: store,
  }
}

/** A folder of the container that hides this machine's. */
function isOwn(folder: string | undefined): boolean {
  return folder?.startsWith('/') === true && !isPassable(folder)
}

/** Nothing outside a container can reach what listens inside, and it ends with the command. */
function refuseUnreachable({ command, spec }: VmCommand): void {
  const reasons: readonly (readonly [boolean, string, string])[] = [
    [spec.keep, '--keep', 'the container ends with this command, and exec, ssh, gdb, ps and stop do not see into it'],
    [spec.ssh, '--ssh', '`kernelkit ssh` does not see into the container'],
    [spec.gdb !== undefined || spec.waitForDebugger, '--gdb, -s and -S', '`kernelkit gdb` does not see into the container'],
    [spec.forwards.length > 0, '--forward', 'the port would be open inside the container only'],
    [
      isOwn(spec.junit === undefined ? undefined : dirname(spec.junit)),
      `--junit ${spec.junit ?? ''}`,
      "that folder is the container's own",
    ],
    [isOwn(spec.evidence), `--evidence ${spec.evidence ?? ''}`, "that folder is the container's own"],
    [spec.qemu !== undefined, '--qemu', "the container has its own QEMU, and not this machine's libraries"],
  ]
  const found = reasons.find(([isAsked]) => isAsked)
  if (found === undefined) return
  throw new UserError('NOT_IN_CONTAINER', `${found[1]} cannot be used with --toolchain docker: ${found[2]}.`, {
    hint: `kernelkit ${command} --toolchain host …, with QEMU on this machine (kernelkit doctor --fix installs it).`,
    details: { option: found[1] },
  })
}
