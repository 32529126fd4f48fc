import { architectureChoices } from '../../arch/names.ts'
import type { OptionRows } from './option-row.ts'

const input = { file: false, commands: [] } as const

const projectFile = {
  ...input,
  kind: 'flag',
  help: '`true`: take options from the nearest kernelkit.yaml; what it does beyond its project is refused unless `trust-project`',
  default: 'false',
} as const

/** Inputs of the Actions that no command has; the key is the name of the Action, `every` for all of them. */
export const actionRows = {
  every: {
    'working-directory': {
      ...input,
      kind: 'text',
      help: 'directory that relative paths are meant from',
      otherwise: 'the workspace',
    },
  },
  'setup-kvm': {
    for: {
      ...input,
      kind: 'text',
      help: 'what later steps do: `boot`, `build`, `bake` or `all`; several are separated by blanks or commas',
      default: 'boot',
    },
    arch: { ...input, kind: 'text', help: `architecture of the guests: ${architectureChoices}`, otherwise: 'that of the runner' },
    compiler: {
      ...input,
      kind: 'text',
      help: 'compiler of the kernel, when a later step builds one: `gcc`, `gcc-12`, `clang`, `clang-18`, …',
      otherwise: 'gcc',
    },
    'require-kvm': {
      ...input,
      kind: 'flag',
      help: '`true` fails the step when no guest runs under KVM; otherwise that is a warning, and VMs are emulated',
      default: 'false',
    },
    cache: {
      ...input,
      kind: 'flag',
      help: '`false` neither asks the Actions cache for package files and the history of tests nor saves them',
      default: 'true',
    },
  },
  'build-kernel': {
    'project-file': projectFile,
    make: { ...input, kind: 'list', help: 'make variables, one `NAME=VALUE` a line, such as `W=1`', otherwise: 'none' },
    cache: { ...input, kind: 'flag', help: '`false` neither asks the Actions cache nor saves to it', default: 'true' },
    ccache: { ...input, kind: 'flag', help: "`false` leaves the compiler's cache of earlier runs where it is", default: 'true' },
    'ccache-size': {
      ...input,
      kind: 'text',
      help: "the compiler's cache is trimmed to this before it is saved; a repository has 10 GB for all its caches",
      default: '500M',
    },
  },
  'bake-image': {
    'project-file': projectFile,
    cache: { ...input, kind: 'flag', help: '`false` neither asks the Actions cache nor saves to it', default: 'true' },
  },
  'boot-vm': {
    'project-file': projectFile,
    bisect: {
      ...input,
      kind: 'flag',
      help: '`true`: when the script of a pull request does not pass, the commits of the pull request are bisected, and the guilty one is annotated; the checkout needs `fetch-depth: 0`',
      default: 'false',
    },
    cache: {
      ...input,
      kind: 'flag',
      help: '`false` neither asks the Actions cache for the kernel of a distribution nor saves it',
      default: 'true',
    },
    run: {
      ...input,
      kind: 'text',
      help: 'the script for the guest, run there as the runner runs scripts: it ends at the first command that fails; needed unless `keep`, `kunit` or a suite such as `kselftest` is set',
      otherwise: 'none',
    },
    'pass-env': {
      ...input,
      kind: 'list',
      help: 'variables that later steps in the VM (`keep`) may set with `$GITHUB_ENV` for the steps on the runner; names that shells, loaders and tools act on are refused',
      otherwise: 'none: they are for steps in the VM alone',
      action: { words: true },
    },
    shell: {
      ...input,
      kind: 'text',
      help: '`bash`, `sh`, or a command of the guest in which `{0}` stands for the file with the script, such as `python3 {0}`',
      otherwise: 'bash where the guest has it, else sh',
    },
  },
} as const satisfies Readonly<Record<string, OptionRows>>
