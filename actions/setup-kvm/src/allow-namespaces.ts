import type { Host } from '@kernelkit/host'
import { sudoPrefix } from './open-device.ts'

const setting = 'kernel.apparmor_restrict_unprivileged_userns'

/**
 * Lets boot-vm hide the runner's files from guests: that takes a mount namespace, which Ubuntu since 23.10 forbids ordinary users
 * (apparmor(7), "restrict_unprivileged_userns"). Where it cannot be allowed, boot-vm refuses such guests and says why.
 */
export async function allowNamespaces(host: Host): Promise<void> {
  const value = await host.fs.readFile(`/proc/sys/${setting.replace('.', '/')}`, 'utf8').catch(() => '')
  if (host.uid === 0 || value.trim() !== '1') return host.log.info('user namespaces are not restricted by AppArmor: nothing to do')
  const sudo = await sudoPrefix(host)
  if (sudo === undefined) return host.log.info(`sudo is missing or needs a password: ${setting} stays 1`)
  const { exitCode, stderr } = await host.run([...sudo, 'sysctl', '-w', `${setting}=0`], { reject: false })
  host.log.info(exitCode === 0 ? `allowed: ${setting} is 0 now` : `still forbidden: ${stderr.trim()}`)
}
