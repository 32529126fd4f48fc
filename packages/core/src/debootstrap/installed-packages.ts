export interface InstalledPackage {
  readonly name: string
  readonly version: string
  readonly architecture: string
}

/** The installed packages of a /var/lib/dpkg/status file, by name. */
export function parseDpkgStatus(text: string): readonly InstalledPackage[] {
  return text
    .split(/\n\n+/)
    .flatMap((paragraph) => {
      const field = (name: string): string | undefined => new RegExp(`^${name}: (.+)$`, 'm').exec(paragraph)?.[1]
      const [name, version, architecture, status] = [field('Package'), field('Version'), field('Architecture'), field('Status')]
      return name === undefined || version === undefined || architecture === undefined || !(status ?? '').endsWith(' installed')
        ? []
        : [{ name, version, architecture }]
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}
