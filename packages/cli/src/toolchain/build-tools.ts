import { dirname, resolve } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import type { InitrdSpec, KernelSpec } from '@kernelkit/core/spec'
import { buildRequirements, gitRequirement, type Requirement, type Store } from '@kernelkit/host'
import type { CommandContext } from '../command.ts'
import { chooseTools } from './choose-tools.ts'
import { openTools, type Tools } from './open-tools.ts'
import { buildFolders, folderOrFile, joinMounts } from './tool-folders.ts'

/** Compiler, make and what else builds a kernel, on this host or in a container. */
export async function openBuildTools(context: CommandContext, store: Store, spec: KernelSpec): Promise<Tools> {
  const { host } = context
  const compiler = compilerProgram(spec.compiler, spec.arch, host.nodeArch)
  const place = await chooseTools(context, {
    command: 'build',
    requirements: [
      ...buildRequirements,
      ...sourceRequirements(spec),
      { what: 'program', program: compiler, package: compiler, why: 'to compile' },
    ],
  })
  return openTools(context, place, {
    purpose: 'build',
    image: { compiler: spec.compiler, arch: spec.arch.name },
    user: 'caller',
    mounts: place.where === 'host' ? [] : await buildFolders(host, store, spec),
    // A tree on this machine needs nothing from outside, and what it runs should not reach there.
    network: spec.source.kind !== 'path',
    apt: spec.source.kind === 'deb' ? store : undefined,
  })
}

/** The compiler of a C file that becomes an initramfs; other sources need none. */
export async function openCompiler(context: CommandContext, spec: InitrdSpec): Promise<Tools> {
  const { host } = context
  const source = resolve(host.cwd, spec.source)
  const program = compilerProgram('gcc', spec.arch, host.nodeArch)
  const isC = /\.c$/i.test(source)
  const place = isC
    ? await chooseTools(context, {
        command: 'initrd',
        requirements: [{ what: 'program', program, package: program, why: 'to compile' }, libc],
      })
    : ({ where: 'host' } as const)
  // Its headers lie beside it.
  const mounts = place.where === 'host' ? [] : [{ path: folderOrFile(dirname(source), source), readOnly: true }]
  const store = place.where === 'host' ? [] : [{ path: (await context.store()).root, readOnly: false }]
  return openTools(context, place, {
    purpose: 'initrd',
    image: { arch: spec.arch.name },
    user: 'caller',
    mounts: joinMounts([...mounts, ...store]),
    network: false,
  })
}

const libc: Requirement = { what: 'header', header: 'stdio.h', package: 'libc6-dev', why: 'to compile' }

function sourceRequirements({ source }: Pick<KernelSpec, 'source'>): readonly Requirement[] {
  if (source.kind === 'git') return [gitRequirement]
  return source.kind === 'deb' ? [{ what: 'program', program: 'apt-get', package: 'apt', why: 'to download source packages' }] : []
}

function compilerProgram(compiler: string, arch: Arch, nodeArch: string): string {
  return arch.nativeHosts.includes(nodeArch) || !compiler.startsWith('gcc') ? compiler : `${arch.crossPrefix}${compiler}`
}
