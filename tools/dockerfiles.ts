import { join } from 'node:path'
import { ownTargets, renderDockerfile } from '@kernelkit/core/toolchain'
import { repository } from './source-files.ts'

/** The Dockerfiles of `docker/`, as core renders them for bookworm, gcc and a 64-bit PC. */
export const dockerfiles = (['build', 'whole'] as const).map((kind) => ({
  path: join(repository, 'docker', kind === 'build' ? 'toolchain' : 'kernelkit', 'Dockerfile'),
  text: renderDockerfile({ spec: { kind, suite: 'bookworm', compiler: 'gcc', targets: ownTargets('x64') }, nodeArch: 'x64' }),
}))
