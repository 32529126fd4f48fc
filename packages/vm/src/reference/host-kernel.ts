import { UserError, message, option } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'
import type { PreparedKernel } from './store-kernel.ts'

/** The kernel that this machine runs, where its files are installed. */
export async function hostKernel(host: Host): Promise<PreparedKernel> {
  const { stdout } = await host.run(['uname', '-r'])
  const release = stdout.trim()
  for (const path of [`/boot/vmlinuz-${release}`, `/usr/lib/modules/${release}/vmlinuz`, `/lib/modules/${release}/vmlinuz`]) {
    if (!(await host.fs.exists(path))) continue
    const isReadable = await host.fs.access(path, host.fs.constants.R_OK).then(
      () => true,
      () => false,
    )
    if (isReadable) return { path, shown: path, why: 'the kernel that this machine runs' }
    throw new UserError('ACCESS_DENIED', message`${option('kernel', 'host')}: ${path} may be read by root only.`, {
      hint: `Run \`sudo chmod a+r ${path}\`, or copy it to a file of yours and name that.`,
      details: { path },
    })
  }
  throw new UserError(
    'KERNEL_NOT_FOUND',
    message`${option('kernel', 'host')}: this machine runs ${release}, but has no file of it (looked for /boot/vmlinuz-${release} and vmlinuz in /lib/modules/${release}).`,
    { hint: message`Name a distribution's kernel instead, such as ${option('kernel', 'debian:12')}.`, details: { release } },
  )
}
