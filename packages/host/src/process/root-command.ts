import type { Host } from '../host.ts'

/** Words before a command that only root may run: none for root, `sudo` where it is installed, else `undefined`. */
export async function sudoWords(host: Pick<Host, 'uid' | 'which'>): Promise<readonly string[] | undefined> {
  if (host.uid === 0) return []
  return (await host.which('sudo')) === undefined ? undefined : ['sudo']
}

/** A command that only root may run, as a remedy for this user: `` `sudo …` ``, or `` `…` as root `` where there is no sudo. */
export async function rootRemedy(host: Pick<Host, 'uid' | 'which'>, command: string): Promise<string> {
  const words = await sudoWords(host)
  return words === undefined ? `\`${command}\` as root` : `\`${[...words, command].join(' ')}\``
}
