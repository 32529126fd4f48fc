import { dirname, join, resolve } from 'node:path'
import { firmwareNames, type Arch, type FirmwareName } from '@kernelkit/core/arch'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { VmSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'

/** The QEMU program for an architecture. */
export async function findQemu(host: Host, spec: Pick<VmSpec, 'qemu'>, arch: Arch): Promise<string> {
  const program = spec.qemu ?? arch.qemuBinary
  const path = await host.which(program.includes('/') ? resolve(host.cwd, program) : program)
  if (path !== undefined) return path
  if (spec.qemu !== undefined)
    throw new UserError('FILE_NOT_FOUND', message`${option('qemu', spec.qemu)}: there is no such program.`, {
      hint: 'Leave it out to use the one on PATH.',
    })
  throw new UserError('HOST_LACKS', `booting ${arch.name} needs what this host lacks: ${program} (${arch.qemuPackage}, to run the VM).`, {
    hint: message`Run \`apt-get install -y --no-install-recommends ${arch.qemuPackage}\`, or ${command('kernelkit doctor --fix', { action: 'the setup-kvm action' })}.`,
    details: { missing: [program], packages: [arch.qemuPackage] },
  })
}

/** Firmware that a QEMU finds in its data directory: next to its `bin`, as distributions and `make install` lay it out. */
export async function findFirmware(host: Host, qemu: string): Promise<readonly FirmwareName[]> {
  const program = await host.fs.realpath(qemu)
  const found = await Promise.all(firmwareNames.map((name) => host.fs.exists(join(dirname(program), `../share/qemu/${name}.rom`))))
  return firmwareNames.filter((_, index) => found[index])
}
