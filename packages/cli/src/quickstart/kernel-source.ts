import { UserError, command, message } from '@kernelkit/core/errors'
import type { Host } from '@kernelkit/host'

/** The series that the documentation and the tests use. */
const preferred = 'linux-source-6.12'

/** The preferred source package where the distribution has it, else its newest: from what `apt-cache pkgnames` prints. */
export function chooseSourcePackage(names: readonly string[]): string | undefined {
  const versioned = names.filter((name) => /^linux-source-\d+(?:\.\d+)+$/.test(name))
  return versioned.includes(preferred) ? preferred : versioned.toSorted(byVersion).at(-1)
}

function byVersion(a: string, b: string): number {
  const [left, right] = [a, b].map((name) => name.replace('linux-source-', '').split('.').map(Number))
  for (let index = 0; index < 4; index++) {
    const difference = (left?.[index] ?? 0) - (right?.[index] ?? 0)
    if (difference !== 0) return difference
  }
  return 0
}

/** What quickstart builds, as `build` takes it. */
export async function quickstartSource(host: Host, signal: AbortSignal): Promise<string> {
  const { stdout } = await host.run(['apt-cache', 'pkgnames', 'linux-source-'], { signal, reject: false, package: 'apt' })
  const name = chooseSourcePackage(stdout.split('\n'))
  if (name !== undefined) return `deb:${name}`
  throw new UserError('NO_SUCH_SOURCE', 'apt does not know a package linux-source-X.Y on this machine.', {
    hint: message`Run apt-get update as root, or name a source: ${command('kernelkit quickstart --source PATH')}.`,
  })
}
