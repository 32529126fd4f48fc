import { UserError, nearestName } from '@kernelkit/core/errors'

/** One of the parts that the step consists of: an action of this repository with its inputs, or the command. */
export type Stage =
  | {
      readonly kind: 'action'
      readonly name: 'setup-kvm' | 'build-kernel' | 'bake-image' | 'boot-vm'
      readonly inputs: Readonly<Record<string, string>>
    }
  | { readonly kind: 'test'; readonly words: readonly string[] }

/** Inputs with tests that need no script. */
const suites = ['kunit', 'kselftest', 'ltp', 'xfstests', 'blktests'] as const

/** Inputs of the step that are those of an action under the same name. */
const passed = {
  'setup-kvm': ['require-kvm', 'arch', 'compiler'],
  'build-kernel': ['source', 'config', 'arch', 'compiler', 'project-file', 'trust-project'],
  'bake-image': ['suite', 'include', 'arch'],
  'boot-vm': [
    'run',
    'shell',
    'root',
    'memory',
    'cpus',
    'timeout',
    'env',
    'share',
    'format',
    'allow',
    'append',
    'module',
    ...suites,
    'suite-dir',
  ],
} as const

const everywhere = ['working-directory', 'cache-dir', 'verbose', 'cache'] as const

/** What runs where neither a kernel nor a source is named: Debian's, small, with its modules, nothing to build. */
const defaultKernel = 'debian:12/cloud'

const known: readonly string[] = [...new Set([...Object.values(passed).flat(), ...everywhere, 'kernel', 'artifacts'])]

/** Inputs that mean nothing without another one. */
const needed: Readonly<Record<string, readonly string[]>> = {
  run: passed['boot-vm'].filter((name) => name !== 'run' && !isSuite(name)),
  source: ['config', 'project-file'],
}

function isSuite(name: string): boolean {
  return suites.some((one) => one === name)
}

function hasSuite(inputs: Readonly<Record<string, string>>): boolean {
  return Object.keys(inputs).some(isSuite)
}

function refuseUseless(inputs: Readonly<Record<string, string>>): void {
  for (const [needs, names] of Object.entries(needed)) {
    const seen = names.find((name) => inputs[name] !== undefined)
    if (inputs[needs] !== undefined || seen === undefined || (needs === 'run' && hasSuite(inputs))) continue
    throw new UserError('BAD_INPUT', `the input \`${seen}\` has no effect without \`${needs}\`.`, {
      hint: needs === 'run' ? 'Set it for the tests in kernelkit.yaml, or give a script.' : 'Name the source of the kernel.',
      details: { seen },
    })
  }
}

function refuseUnknown(inputs: Readonly<Record<string, string>>): void {
  for (const name of Object.keys(inputs)) {
    if (known.includes(name)) continue
    const near = nearestName(name, known)
    throw new UserError('BAD_INPUT', `the input \`${name}\` is not known; known: ${known.toSorted().join(', ')}.`, {
      hint: near === undefined ? 'Use the four actions of this repository for other options.' : `Did you mean ${near}?`,
      details: { seen: name },
    })
  }
}

/** The parts in their order. Throws `BAD_INPUT` for an input that the step does not have. `inputs` are those of the step, without empty ones. */
export function chooseStages(inputs: Readonly<Record<string, string>>): readonly Stage[] {
  refuseUnknown(inputs)
  refuseUseless(inputs)
  const pick = (names: readonly string[]) =>
    Object.fromEntries([...names, ...everywhere].flatMap((name) => (inputs[name] === undefined ? [] : [[name, inputs[name]]])))
  const builds = inputs['source'] !== undefined
  const bakes = inputs['suite'] !== undefined || inputs['include'] !== undefined
  const kernels = listKernels(inputs['kernel'])
  if (inputs['kselftest'] !== undefined && !builds && kernels.length === 0) {
    throw new UserError('BAD_INPUT', 'the input `kselftest` needs the tree of a kernel, and none is named.', {
      hint: 'Set `source`, for instance `source: .` or `source: deb:linux-source-6.12`.',
    })
  }
  // A kernel that was built is found by the part after it; named ones come in addition.
  const guests = [...(builds ? [undefined] : []), ...(kernels.length > 0 || builds ? kernels : [defaultKernel])]
  const action = (name: keyof typeof passed, more: Readonly<Record<string, string>> = {}): Stage => ({
    kind: 'action',
    name,
    inputs: { ...pick(passed[name]), ...more },
  })
  return [
    action('setup-kvm', { for: ['boot', ...(builds ? ['build'] : []), ...(bakes ? ['bake'] : [])].join(' ') }),
    ...(builds ? [action('build-kernel')] : []),
    ...(bakes ? [action('bake-image')] : []),
    ...guests.map((kernel) => guest(inputs, { kernel, several: guests.length > 1, boot: (more) => action('boot-vm', more) })),
  ]
}

function guest(
  inputs: Readonly<Record<string, string>>,
  {
    kernel,
    several,
    boot,
  }: { readonly kernel: string | undefined; readonly several: boolean; readonly boot: (more: Readonly<Record<string, string>>) => Stage },
): Stage {
  const name = several ? nameOf(kernel ?? 'built') : undefined
  const named: Readonly<Record<string, string>> = kernel === undefined ? {} : { kernel }
  if (inputs['run'] !== undefined || hasSuite(inputs)) return boot({ ...named, ...(name === undefined ? {} : { name }) })
  const directory = `${inputs['artifacts'] ?? 'kernelkit-artifacts'}${name === undefined ? '' : `-${name}`}`
  const files = ['--junit', `${directory}/junit.xml`, '--artifacts', `${directory}/files`, '--evidence', `${directory}/evidence`]
  const own = inputs['kernel'] === undefined ? [] : ['-k', kernel ?? '']
  return {
    kind: 'test',
    words: [
      'test',
      ...own.filter((word) => word !== ''),
      ...files,
      ...(inputs['trust-project'] === 'true' ? ['--trust-project'] : []),
      ...(inputs['verbose'] === 'true' ? ['--verbose'] : []),
      ...(inputs['cache-dir'] === undefined ? [] : ['--cache-dir', inputs['cache-dir']]),
    ],
  }
}

/** One a line, or separated by blanks and commas; `#` begins a comment. */
function listKernels(text: string | undefined): readonly string[] {
  const lines = (text ?? '').split('\n').map((line) => line.replace(/(?:^|\s)#.*$/, ''))
  return [...new Set(lines.flatMap((line) => line.split(/[\s,]+/)).filter((name) => name !== ''))]
}

/** Name of a VM, and of its directory: letters, digits, dots, underscores and dashes. */
function nameOf(kernel: string): string {
  return (
    kernel
      .replaceAll(/[^A-Za-z0-9._-]+/g, '-')
      .replace(/^[^A-Za-z0-9]+/, '')
      .slice(-60) || 'kernel'
  )
}
