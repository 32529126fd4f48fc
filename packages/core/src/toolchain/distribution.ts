/** Releases of Ubuntu from 20.04 on; every other suite is taken for Debian's. */
const ubuntuSuites: readonly string[] = ['focal', 'jammy', 'noble', 'oracular', 'plucky', 'questing', 'resolute']

/** Whose release a suite is. */
export function distributionOf(suite: string): 'debian' | 'ubuntu' {
  return ubuntuSuites.includes(suite) ? 'ubuntu' : 'debian'
}

/** Archive components with our packages: Ubuntu keeps mmdebstrap, ccache and others in universe. */
export function componentsOf(suite: string): readonly string[] {
  return distributionOf(suite) === 'ubuntu' ? ['main', 'universe'] : ['main']
}

/** The base of a Dockerfile that is built by hand; kernelkit itself always names the base by digest. */
export function defaultBase(suite: string): string {
  return distributionOf(suite) === 'ubuntu' ? `ubuntu:${suite}` : `debian:${suite}-slim`
}
