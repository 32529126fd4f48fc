/** The distribution's kernel that a release belongs to. */
export type ReleaseOrigin =
  | {
      readonly kind: 'debian'
      /** The word for the newest kernel like it: `debian:12/cloud`. */
      readonly reference: string
      /** The word for this very one, which mirrors have until it is superseded. */
      readonly package: string
    }
  | { readonly kind: 'rpm' }

/** What a release says of where its kernel comes from; `suffix` is what Debian's names of the architecture end with. */
export function originOfRelease(release: string, suffix: string): ReleaseOrigin | undefined {
  // Fedora 6.8.5-301.fc40.ARCH, RHEL 5.14.0-427.el9.ARCH, openSUSE 6.4.0-150600.21-default.
  if (/\.(?:fc|el|amzn)\d+\w*(?:\.|$)/.test(release) || release.endsWith('-default')) return { kind: 'rpm' }
  if (!release.endsWith(`-${suffix}`)) return undefined
  const place = debianPlace(release)
  if (place === undefined) return undefined
  const flavour = /-([a-z]+)$/.exec(release.slice(0, -suffix.length - 1))?.[1]
  return {
    kind: 'debian',
    reference: `debian:${place}${flavour === undefined ? '' : `/${flavour}`}`,
    package: `deb:linux-image-${release}`,
  }
}

/** Debian's releases by the series of their kernels; later ones have the release in their version. */
function debianPlace(release: string): string | undefined {
  const number = /(?:\+|\.|~)deb(\d+)/.exec(release)?.[1]
  if (number === undefined) return release.startsWith('5.10.0-') ? '11' : release.startsWith('6.1.0-') ? '12' : undefined
  if (number === '11') return '11'
  if (number === '12') return '12-backports'
  if (number === '13') return release.startsWith('6.12.') ? '13' : '13-backports'
  return 'sid'
}
