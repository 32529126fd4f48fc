import { defaultBase } from './distribution.ts'
import { imageLabel, specLabels } from './labels.ts'
import { toolchainPackages } from './packages.ts'
import type { ToolchainSpec } from './toolchain.ts'

/** Where the whole-tool image keeps the command. */
const toolDirectory = '/opt/kernelkit'

/** A home that every uid may use: who runs the container is known only then. */
const imageHome = '/home/kernelkit'

/** Environment of every container of the image. */
const imageEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  // Messages are in English and sort orders the same everywhere; file names may be anything.
  LC_ALL: 'C.UTF-8',
  HOME: imageHome,
}

/** Files of a checkout that the whole-tool image copies: its build context. */
export const wholeToolPaths = {
  // The locked npm package; core knows the machine by `process.arch`.
  node: (nodeArch: string) => `node_modules/node-linux-${nodeArch}/bin/node`,
  cli: 'packages/cli',
  agent: 'packages/vm/agent',
} as const

export interface DockerfileOptions {
  readonly spec: ToolchainSpec
  /** `process.arch` of the engine's machine. */
  readonly nodeArch: string
}

/** The Dockerfile of a toolchain image. `BASE` (a build argument) is any image of the suite; the classic builder is enough. */
export function renderDockerfile({ spec, nodeArch }: DockerfileOptions): string {
  const build: ToolchainSpec = { ...spec, kind: 'build' }
  const stage = buildStage(build, nodeArch)
  return spec.kind === 'build' ? stage : `${stage}\n${wholeStages(spec, nodeArch)}`
}

function buildStage(spec: ToolchainSpec, nodeArch: string): string {
  const packages = toolchainPackages(spec, nodeArch)
  return `# Rendered by packages/core/src/toolchain (npm run docs); a test compares.
ARG BASE=${defaultBase(spec.suite)}
FROM \${BASE} AS toolchain
${renderLabels(
  specLabels(
    spec,
    packages.map(({ name }) => name),
  ),
)}
ENV ${Object.entries(imageEnvironment)
    .map(([name, value]) => `${name}=${value}`)
    .join(' \\\n    ')}
${installCommand(packages)}
# Any uid works: its home is there, and git accepts trees of other owners.
RUN mkdir -m 1777 ${imageHome} \\
 && git config --system --add safe.directory '*'
`
}

/** The whole tool: a stage that gathers the command's files, and one that adds QEMU. */
function wholeStages(spec: ToolchainSpec, nodeArch: string): string {
  const packages = toolchainPackages(spec, nodeArch)
  const known = new Set(toolchainPackages({ ...spec, kind: 'build' }, nodeArch).map(({ name }) => name))
  return `FROM \${BASE} AS files
LABEL ${imageLabel.what}=files
COPY ${wholeToolPaths.node(nodeArch)} /usr/local/bin/node
COPY ${wholeToolPaths.cli}/package.json ${toolDirectory}/cli/
COPY ${wholeToolPaths.cli}/bin ${toolDirectory}/cli/bin
COPY ${wholeToolPaths.cli}/bundle ${toolDirectory}/cli/bundle
COPY ${wholeToolPaths.agent} ${toolDirectory}/cli/bundle/agent
RUN ln -s ${toolDirectory}/cli/bin/kernelkit.js /usr/local/bin/kernelkit \\
 && chmod -R u=rwX,go=rX ${toolDirectory} /usr/local/bin \\
 && chmod 0755 /usr/local/bin/node ${toolDirectory}/cli/bin/kernelkit.js

FROM toolchain AS kernelkit
${renderLabels(
  specLabels(
    spec,
    packages.map(({ name }) => name),
  ),
)}
${installCommand(packages.filter(({ name }) => !known.has(name)))}
COPY --from=files /usr/local/bin/ /usr/local/bin/
COPY --from=files ${toolDirectory} ${toolDirectory}
# Not root unless asked for; ssh needs a name for the number.
RUN useradd --uid 1000 --user-group --no-create-home --home-dir ${imageHome} --shell /bin/bash kernelkit \\
 && mkdir -m 1777 ${imageHome}/.cache
USER 1000:1000
WORKDIR /src
ENTRYPOINT ["kernelkit"]
CMD ["--help"]
`
}

function installCommand(packages: readonly { readonly name: string; readonly why: string }[]): string {
  return `RUN apt-get update \\
 && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \\
${packages.map(({ name, why }) => `      # ${why}\n      ${name} \\`).join('\n')}
 # Archives are installed by now; lists and logs only date the build.
 && apt-get clean && rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/debconf/*-old /var/lib/dpkg/*-old /var/log/*log /var/log/apt`
}

function renderLabels(labels: Readonly<Record<string, string>>): string {
  return `LABEL ${Object.entries(labels)
    .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
    .join(' \\\n      ')}`
}
