import type { KernelSource } from '@kernelkit/core/options'
import { prepareDebSource } from './deb-source.ts'
import { prepareGitSource } from './git-source.ts'
import { preparePathSource, type SourceContext } from './path-source.ts'
import type { PreparedSource } from './prepared-source.ts'
import { prepareReleaseSource } from './release-source.ts'
import { prepareTarballSource } from './tarball-source.ts'

/** Find out what a source holds, with as little work as that takes. */
export function prepareSource(
  context: SourceContext,
  source: KernelSource,
  options: { readonly inTree: boolean },
): Promise<PreparedSource> {
  switch (source.kind) {
    case 'path':
      return preparePathSource(context, { path: source.path, inTree: options.inTree })
    case 'git':
      return prepareGitSource(context, source)
    case 'tarball':
      return prepareTarballSource(context, source)
    case 'deb':
      return prepareDebSource(context, source.package)
    case 'release':
      return prepareReleaseSource(context, source)
  }
}
