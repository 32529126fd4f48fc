import { join } from 'node:path'
import type { Action } from '@kernelkit/action-kit'
import { hostSuite, installPackages, missingRequirements, nameOf, packagesOf, type Host } from '@kernelkit/host'
import { sudoPrefix } from './open-device.ts'
import type { Setup } from './read-setup.ts'

const weekMs = 7 * 24 * 3600 * 1000

/** Installs the packages of what this machine lacks; their files and apt's lists are kept in the Actions cache for a week. */
export async function installLacking(action: Action, machine: Host, setup: Setup): Promise<readonly string[]> {
  const { cache, signal, temp } = action
  const missing = await missingRequirements(machine, setup.requirements)
  if (missing.length === 0) {
    machine.log.info('everything is there')
    return []
  }
  const packages = packagesOf(missing)
  machine.log.info(`this machine lacks ${missing.map(nameOf).join(', ')}: installing ${packages.join(' ')}`)
  const suite = await hostSuite(machine)
  if (!setup.cache || suite === undefined || !(await cache.isAvailable())) {
    await installPackages(machine, packages, { signal })
    return packages
  }
  const directory = join(temp, `kernelkit-apt-${machine.randomHex(8)}`)
  await machine.fs.mkdir(directory, { recursive: true, mode: 0o700 })
  // Lists name package files that leave the mirror after a while.
  const week = Math.floor(machine.now() / weekMs)
  const key = `apt-${suite}-${machine.nodeArch}-${machine.sha256(packages.join(' ')).slice(0, 12)}-${week}`
  const came = await cache.restore({ directory, key })
  if (came !== undefined) machine.log.info('package files of an earlier run')
  await installPackages(machine, packages, { signal, directory })
  if (came === undefined) await savePackages(action, machine, { directory, key })
  await remove(machine, directory)
  return packages
}

/** apt's files are root's; the cache is this user's. */
async function savePackages(
  { cache }: Action,
  machine: Host,
  { directory, key }: { readonly directory: string; readonly key: string },
): Promise<void> {
  const sudo = (await sudoPrefix(machine)) ?? []
  await machine.run([...sudo, 'chown', '-R', `${machine.uid}:${machine.gid}`, directory])
  for (const place of ['lists', 'archives']) {
    for (const name of ['partial', 'lock', 'auxfiles']) await machine.fs.rm(join(directory, place, name), { recursive: true, force: true })
  }
  const saved = await cache.save({ directory, key })
  machine.log.info(saved ? 'package files are saved for later runs' : 'package files were not saved: the next run fetches them again')
}

async function remove(machine: Host, directory: string): Promise<void> {
  const sudo = (await sudoPrefix(machine)) ?? []
  await machine.run([...sudo, 'rm', '-rf', '--', directory], { reject: false })
}
