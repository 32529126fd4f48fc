import { architectureChoices } from '../../arch/names.ts'
import { trustProject, type BlockRows } from './option-row.ts'

const all = ['build', 'config'] as const
const build = ['build'] as const

/** Options of `build` and `config`, the inputs of `build-kernel` and `kernel:` in kernelkit.yaml. */
export const kernelRows = {
  source: {
    kind: 'text',
    reach: 'reads',
    value: 'source',
    help: 'a tree, git+URL#REF, a tarball (an https one with sha256), or a source package such as deb:linux-source-6.12',
    otherwise: 'the working directory',
    // The command has it as a word.
    commands: [],
    path: 'source',
    action: { otherwise: 'the working directory' },
    overrides: ['sha256', 'in-tree'],
  },
  arch: {
    kind: 'text',
    reach: 'inside',
    short: 'a',
    value: 'name',
    help: `architecture of the kernel: ${architectureChoices}`,
    otherwise: 'that of this machine',
    commands: all,
  },
  config: {
    kind: 'list',
    reach: 'reads',
    value: 'item',
    help: 'preset, FILE, SYMBOL=VALUE or -SYMBOL; a ? after a file or symbol makes it optional',
    otherwise: 'minimal, debian, 9p, debug',
    commands: all,
    path: 'config',
    action: { words: true },
  },
  base: {
    kind: 'text',
    reach: 'reads',
    value: 'base',
    help: 'what the configuration starts from: allnoconfig, tinyconfig, defconfig or FILE',
    default: 'allnoconfig',
    commands: all,
    path: 'base',
  },
  'config-check': {
    kind: 'text',
    reach: 'inside',
    value: 'how',
    choices: ['error', 'warn'],
    default: 'error',
    help: 'what a difference between the options asked for and the result is',
    commands: all,
  },
  compiler: {
    kind: 'text',
    reach: { does: 'chooses the compiler that runs on this machine' },
    value: 'name',
    help: 'compiler: gcc, gcc-12, clang, clang-18, …',
    default: 'gcc',
    commands: all,
  },
  sha256: {
    kind: 'text',
    reach: 'inside',
    value: 'sum',
    help: 'checksum of the tarball; needed for one from the network',
    otherwise: 'none',
    commands: all,
  },
  'in-tree': {
    kind: 'flag',
    reach: 'inside',
    help: 'build inside the tree and reuse its objects; otherwise the tree is only read',
    commands: all,
  },
  jobs: {
    kind: 'text',
    reach: 'inside',
    short: 'j',
    value: 'count',
    help: 'parallel jobs of make',
    otherwise: 'the number of CPUs',
    commands: build,
  },
  out: {
    kind: 'text',
    reach: 'writes',
    short: 'o',
    value: 'dir',
    help: 'directory that gets a copy of kernel, vmlinux, configuration and manifest',
    otherwise: 'none',
    commands: build,
    path: 'whole',
  },
  force: { kind: 'flag', reach: 'inside', help: 'build although the store has this kernel', commands: build },
  full: {
    kind: 'flag',
    help: 'show: every option that is on, not only those that were asked for',
    commands: ['config'],
    file: false,
    action: false,
  },
  'dot-config': { kind: 'flag', help: 'show: the whole .config, ready for plain make', commands: ['config'], file: false, action: false },
  'trust-project': trustProject(all),
} as const satisfies BlockRows
