import type { Host } from '../host.ts'

/** The release that this machine runs when it is Debian or Ubuntu (os-release(5)); `undefined` elsewhere and for unreleased ones. */
export async function hostSuite(host: Pick<Host, 'fs'>): Promise<string | undefined> {
  const text = await host.fs.readFile('/etc/os-release', 'utf8').catch(() => '')
  const field = (name: string): string | undefined => new RegExp(`^${name}=["']?([^"'\\n]*)`, 'm').exec(text)?.[1]
  const suite = field('VERSION_CODENAME')
  return /^(?:debian|ubuntu)$/.test(field('ID') ?? '') && suite !== undefined && /^[a-z]+$/.test(suite) ? suite : undefined
}
