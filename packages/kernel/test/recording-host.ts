import { basename, join } from 'node:path'
import type { Plan, Step } from '@kernelkit/core/plan'
import type { Host } from '@kernelkit/host'

/** Everything that a host is asked to do, one text each; directories alone are not counted. */
export function recordingHost(host: Host, record: (effect: string) => void): Host {
  const noted =
    <Args extends readonly unknown[], Result>(effect: (...args: Args) => string, work: (...args: Args) => Result) =>
    (...args: Args): Result => {
      record(effect(...args))
      return work(...args)
    }
  const { fs } = host
  return {
    ...host,
    spawn: noted((argv, { cwd }) => renderRun({ argv: withoutSupervisor(argv), cwd: cwd?.toString() }), host.spawn),
    run: noted((argv, options = {}) => renderRun({ argv, ...options, output: options.outputTo }), host.run),
    fs: {
      ...fs,
      writeFile: noted((path, content) => `write ${textOf(path)} ${textOf(content)}`, fs.writeFile),
      writeAtomic: noted((path) => `replace ${path}`, fs.writeAtomic),
      copyFile: noted((from, to) => `copy ${String(from)} ${String(to)}`, fs.copyFile),
      cp: noted((from, to) => `copy-tree ${String(from)} ${String(to)}`, fs.cp),
      symlink: noted((_target, path) => `link ${String(path)}`, fs.symlink),
      rm: noted((path) => `remove ${String(path)}`, fs.rm),
    },
  }
}

/** A supervisor is how a long program is ended, not what is done. */
function withoutSupervisor(argv: readonly string[]): readonly string[] {
  const at = argv.indexOf('kernelkit-bake')
  return at < 0 ? argv : argv.slice(at + 2)
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : 'bytes'
}

interface Program {
  readonly argv: readonly string[]
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  readonly cwd?: string | undefined
  readonly output?: string | undefined
}

function renderRun({ argv, env, cwd, output }: Program): string {
  const variables = Object.entries(env ?? {}).map(([name, value]) => (value === undefined ? `-u ${name}` : `${name}=${value}`))
  return ['run', cwd ?? '.', ...variables.toSorted(), ...argv, ...(output === undefined ? [] : [`> ${output}`])].join(' ')
}

/** What the steps of a plan come to on a host. */
export function effectsOfPlan({ steps, variables = [] }: Plan): readonly string[] {
  const artifacts = variables.find(({ name }) => name === 'artifacts')?.value ?? ''
  return steps.flatMap(effectsOf).map((effect) => effect.replaceAll(artifacts, 'ARTIFACTS'))
}

function effectsOf(step: Step): readonly string[] {
  switch (step.kind) {
    case 'run':
      return [renderRun(step), ...(step.log === undefined ? [] : [`write ${step.log}`])]
    case 'write':
      return basename(step.path) === 'manifest.json' ? [] : [`write ${step.path} ${step.content}`]
    case 'mkdir':
      return []
    case 'copy':
      return [`copy ${step.from} ${step.to}`]
    case 'update':
      return [`replace ${step.to}`]
    case 'remove':
      return [`remove ${step.path}`]
    case 'mirror':
      return [`mirror ${step.from} ${step.to}`]
    case 'copy-tree':
      return [`copy-tree ${step.to}`]
    case 'pending':
      return [`pending ${step.why}`]
    case 'pack':
    case 'fetch':
    case 'verify':
    case 'transfer':
    case 'engine':
      throw new Error(`no effect is known of a step '${step.kind}'`)
  }
}

/** What was recorded, without the bookkeeping of the store: its locks, temporary names, lists of files, key.txt and manifest.json. */
export function withoutBookkeeping(
  effects: readonly string[],
  { store, tree }: { readonly store: string; readonly tree: string },
): readonly string[] {
  const kept = effects
    .map((effect) =>
      effect
        .replaceAll(new RegExp(`${join(store, 'tmp')}/kernel-[^/ ]+`, 'g'), 'ARTIFACTS')
        .replaceAll(new RegExp(`${join(store, 'tmp')}/source-([0-9a-f]+)[^/ ]*`, 'g'), join(store, 'source', '$1'))
        .replace(/^(write \S+\/make\.log) [^]*$/, '$1')
        .replace(/^copy-tree \S+ (\S+)\/\.kernelkit-\w+\.tmp\/\S+$/, 'copy-tree $1')
        .replace(new RegExp(`^copy ${tree}/\\S+ (${store}/trees/[^/]+/tree)/\\S+$`), `mirror ${tree} $1`),
    )
    .filter((effect) => !isBookkeeping(effect, store))
  return kept.filter((effect, index) => !/^(?:mirror|copy-tree) /.test(effect) || effect !== kept[index - 1])
}

function isBookkeeping(effect: string, store: string): boolean {
  if (effect.startsWith(`run . find ${join(store, 'source')}/`)) return true
  const [kind = '', path = ''] = effect.split(' ')
  if (kind === 'run' || kind === 'copy' || kind === 'mirror' || kind === 'copy-tree') return false
  if (path === 'ARTIFACTS' || path.startsWith(`${store}/locks/`) || path.startsWith(`${store}/tmp/`) || path.startsWith(`${store}/trees/`))
    return true
  if (kind === 'remove') return path.includes('.tmp') || /\/(?:source|kernel)\/[0-9a-f]+$/.test(path)
  if (kind === 'replace') return !path.endsWith('/.config')
  return /^(?:key\.txt|manifest\.json|\.gitignore)$/.test(basename(path))
}
