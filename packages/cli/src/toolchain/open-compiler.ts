import { dirname, resolve } from 'node:path'
import type { InitrdSpec } from '@kernelkit/core/options'
import type { Requirement } from '@kernelkit/host'
import { chooseTools, compilerProgram, directoryOrFile, joinMounts, openTools, type Tools } from '@kernelkit/toolchain/tools'
import type { CommandContext } from '../command.ts'

const libc: Requirement = { what: 'header', header: 'stdio.h', package: 'libc6-dev', why: 'to compile' }

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
  // Its headers are next to it.
  const mounts = place.where === 'host' ? [] : [{ path: directoryOrFile(dirname(source), source), readOnly: true }]
  const store = place.where === 'host' ? [] : [{ path: (await context.store()).root, readOnly: false }]
  return openTools(context, place, {
    purpose: 'initrd',
    image: { arch: spec.arch.name },
    user: 'caller',
    mounts: joinMounts([...mounts, ...store]),
    network: false,
  })
}
