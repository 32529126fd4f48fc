import type { Arch } from '@kernelkit/core/arch'
import type { KernelSpec } from '@kernelkit/core/options'
import { buildRequirements, gitRequirement, type Requirement, type Store } from '@kernelkit/host'
import { chooseTools } from './choose-tools.ts'
import { openTools, type Tools } from './open-tools.ts'
import { buildDirectories } from './tool-directories.ts'
import type { ToolsContext } from './tools-context.ts'

/** Compiler, make and what else builds a kernel, on this host or in a container. */
export async function openBuildTools(context: ToolsContext, store: Store, spec: KernelSpec): Promise<Tools> {
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
    mounts: place.where === 'host' ? [] : await buildDirectories(host, store, spec),
    // A tree on this machine needs nothing from outside, and what it runs should not reach there.
    network: spec.source.kind !== 'path',
    apt: spec.source.kind === 'deb' ? store : undefined,
  })
}

function sourceRequirements({ source }: Pick<KernelSpec, 'source'>): readonly Requirement[] {
  if (source.kind === 'git') return [gitRequirement]
  return source.kind === 'deb' ? [{ what: 'program', program: 'apt-get', package: 'apt', why: 'to download source packages' }] : []
}

/** The program that compiles for an architecture on this host, under its Debian name. */
export function compilerProgram(compiler: string, arch: Arch, nodeArch: string): string {
  return arch.nativeHosts.includes(nodeArch) || !compiler.startsWith('gcc') ? compiler : `${arch.crossPrefix}${compiler}`
}
