import type { Host } from '../host.ts'

/** Settings of the host's apt that reach the mirror: proxies, and the checks of dates that a frozen mirror needs off. */
export async function aptOptionsOfHost(host: Pick<Host, 'which' | 'run'>): Promise<readonly string[]> {
  if ((await host.which('apt-config')) === undefined) return []
  const { stdout } = await host.run(['apt-config', 'dump', 'Acquire'], { reject: false })
  return stdout.split('\n').flatMap((line) => {
    const match = /^(Acquire::(?:https?::Proxy|Check-Valid-Until|Check-Date)[^ ]*) "(.+)";$/.exec(line)
    return match === null ? [] : [`${match[1]} "${match[2]}"`]
  })
}
