import { heredoc } from '../shell/index.ts'

/** A container as the Docker Engine API is asked for it (POST /containers/create), as far as a build needs it. */
export interface ContainerRequest {
  readonly Image?: string | undefined
  readonly Entrypoint?: string | string[] | undefined
  readonly User?: string | undefined
  readonly Hostname?: string | undefined
  readonly Env?: string[] | undefined
  readonly HostConfig?:
    | {
        readonly Mounts?:
          | readonly { readonly Source: string; readonly Target: string; readonly ReadOnly?: boolean | undefined }[]
          | undefined
        readonly Tmpfs?: Readonly<Record<string, string>> | undefined
        readonly NetworkMode?: string | undefined
        readonly SecurityOpt?: string[] | undefined
        readonly UsernsMode?: string | undefined
        readonly Memory?: number | undefined
        readonly NanoCpus?: number | undefined
      }
    | undefined
}

export interface BuildCall {
  readonly call: 'build'
  readonly dockerfile: string
  /** What the Dockerfile copies. */
  readonly files: readonly { readonly name: string; readonly path: string; readonly mode: number }[]
  readonly labels: Readonly<Record<string, string>>
  readonly args: Readonly<Record<string, string>>
  readonly tag: string
  readonly noCache: boolean
}

export type EngineCall =
  | { readonly call: 'pull'; readonly name: string }
  /** A tar archive of a root file system becomes an image. */
  | { readonly call: 'import'; readonly path: string; readonly tag: string; readonly changes: readonly string[] }
  | BuildCall
  | { readonly call: 'tag'; readonly image: string; readonly tag: string }
  | { readonly call: 'start-container'; readonly name: string; readonly request: ContainerRequest }
  | { readonly call: 'remove-container'; readonly name: string }

/** The command of Docker that makes the call. */
export function renderEngineCall(call: EngineCall, quote: (word: string) => string): string {
  const line = (argv: readonly string[]): string => ['docker', ...argv].map(quote).join(' ')
  switch (call.call) {
    case 'pull':
      return line(['pull', '--quiet', call.name])
    case 'import':
      return line(['import', ...call.changes.flatMap((change) => ['--change', change]), call.path, call.tag])
    case 'build':
      return renderBuild(call, quote)
    case 'tag':
      return line(['tag', call.image, call.tag])
    case 'start-container':
      return `${line(containerArgv(call))} > /dev/null`
    case 'remove-container':
      return `${line(['rm', '--force', call.name])} > /dev/null`
  }
}

function renderBuild({ dockerfile, files, labels, args, tag, noCache }: BuildCall, quote: (word: string) => string): string {
  const argv = [
    'docker',
    'build',
    '--rm',
    '--force-rm',
    ...(noCache ? ['--no-cache'] : []),
    ...Object.entries(labels).flatMap(([name, value]) => ['--label', `${name}=${value}`]),
    ...Object.entries(args).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]),
    '--tag',
    tag,
  ]
  const build = argv.map(quote).join(' ')
  // The classic builder, as the call of the API: other builders make other layers of the same Dockerfile.
  if (files.length === 0) return `DOCKER_BUILDKIT=0 ${build} -${heredoc(dockerfile)}`
  return [
    'context=$(mktemp -d)',
    `cat > "$context/Dockerfile"${heredoc(dockerfile)}`,
    ...files.map(({ name, path, mode }) => `install -D -m ${mode.toString(8)} ${quote(path)} "$context"/${quote(name)}`),
    `DOCKER_BUILDKIT=0 ${build} "$context"`,
    'rm -rf "$context"',
  ].join('\n')
}

function containerArgv({ name, request }: Extract<EngineCall, { readonly call: 'start-container' }>): readonly string[] {
  const { Image = '', Entrypoint = [], User, Hostname, Env = [], HostConfig = {} } = request
  const [entry = '', ...rest] = typeof Entrypoint === 'string' ? [Entrypoint] : Entrypoint
  const option = (flag: string, value: string | number | undefined): readonly string[] => (value === undefined ? [] : [flag, String(value)])
  return [
    'run',
    '--detach',
    // Its standard input stays open: it ends with that, or when it is removed.
    '--interactive',
    '--rm',
    ...option('--name', name),
    ...option('--user', User),
    ...option('--hostname', Hostname),
    ...option('--network', HostConfig.NetworkMode),
    ...option('--userns', HostConfig.UsernsMode),
    ...option('--memory', HostConfig.Memory),
    ...option('--memory-swap', HostConfig.Memory),
    ...option('--cpus', HostConfig.NanoCpus === undefined ? undefined : HostConfig.NanoCpus / 1e9),
    ...Env.flatMap((variable) => ['--env', variable]),
    ...(HostConfig.SecurityOpt ?? []).flatMap((value) => ['--security-opt', value]),
    ...Object.entries(HostConfig.Tmpfs ?? {}).flatMap(([path, options]) => ['--tmpfs', `${path}:${options}`]),
    ...(HostConfig.Mounts ?? []).flatMap(({ Source, Target, ReadOnly }) => [
      '--mount',
      `type=bind,source=${Source},target=${Target}${ReadOnly === true ? ',readonly' : ''}`,
    ]),
    ...option('--entrypoint', entry),
    Image,
    ...rest,
  ]
}
