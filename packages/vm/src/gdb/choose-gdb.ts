import { findArch } from '@kernelkit/core/arch'
import { UserError, message } from '@kernelkit/core/errors'
import { gdbRequirements, installCommand, requireAll, type Host } from '@kernelkit/host'

/** The gdb for guests of one architecture. */
export interface ChosenGdb {
  /** On PATH: `gdb`, or `gdb-multiarch` where only that one knows the architecture. */
  readonly program: string
  /** Some distributions have a gdb without it, for small systems: our commands do not work there. */
  readonly hasPython: boolean
}

const programs = ['gdb', 'gdb-multiarch'] as const

/** Asks gdb itself what it was built with. Throws HOST_LACKS. */
export async function chooseGdb(host: Host, arch: string): Promise<ChosenGdb> {
  const installed: string[] = []
  for (const program of programs) if ((await host.which(program)) !== undefined) installed.push(program)
  if (installed.length === 0) await requireAll(host, gdbRequirements, { user: 'gdb' })
  const wanted = findArch(arch)?.gdbArchitecture ?? arch
  for (const program of installed) {
    const asked = [`set architecture ${wanted}`, 'show architecture', 'python print("kernelkit")']
    const { stdout } = await host.run([program, '-nx', '-batch', ...asked.flatMap((one) => ['-ex', one])], { reject: false })
    if (stdout.includes(`"${wanted}"`)) return { program, hasPython: /^kernelkit$/m.test(stdout) }
  }
  throw new UserError('HOST_LACKS', `${installed.join(' and ')} on this machine cannot debug guests of ${arch} (${wanted}).`, {
    hint: message`Run \`${installCommand(['gdb-multiarch']).join(' ')}\`, or install a gdb with all architectures.`,
    details: { missing: ['gdb-multiarch'], packages: ['gdb-multiarch'] },
  })
}
