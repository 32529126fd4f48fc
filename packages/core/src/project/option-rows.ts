import { resultFormats } from '../options/vm-results.ts'

/** How a value is written in the file. */
export type OptionKind =
  /** A text or a number, kept as it was written. */
  | 'text'
  | 'flag'
  /** An option whose value may be left out on the command line: `true`, or a text. */
  | 'text-or-flag'
  /** Texts; those of the command line come behind them. */
  | 'list'
  /** Texts that mean something only together: the command line's stand alone. */
  | 'set'

/** What of a value names a file of this machine. */
export type PathKind = 'whole' | 'program' | 'root' | 'base' | 'source' | 'config' | 'before-colon'

export interface OptionRow {
  /** Long name of the command's option. */
  readonly name: string
  readonly kind: OptionKind
  readonly path?: PathKind
  /** The whole of what it may be. */
  readonly choices?: readonly string[]
  /** `boot` has no such option. */
  readonly onlyRun?: true
  /** For one VM with somebody at it: `test`, whose VMs are many and fresh, has no such option. */
  readonly single?: true
}

/** What an option of the command line rules out of the file, so that the two do not contradict each other. */
export interface Rivalry {
  readonly given: readonly string[]
  readonly setAside: readonly string[]
  /** Only when the given value, or else the file's one, is this. */
  readonly when?: string
}

export interface BlockRows {
  /** The commands whose options these are. */
  readonly commands: readonly string[]
  readonly rows: readonly OptionRow[]
  readonly rivalries: readonly Rivalry[]
}

const texts = (...names: readonly string[]): readonly OptionRow[] => names.map((name) => ({ name, kind: 'text' }))
const choice = (name: string, ...choices: readonly string[]): OptionRow => ({ name, kind: 'text', choices })
const flags = (...names: readonly string[]): readonly OptionRow[] => names.map((name) => ({ name, kind: 'flag' }))
const paths = (...names: readonly string[]): readonly OptionRow[] => names.map((name) => ({ name, kind: 'text', path: 'whole' }))
const lists = (...names: readonly string[]): readonly OptionRow[] => names.map((name) => ({ name, kind: 'list' }))
const pathLists = (...names: readonly string[]): readonly OptionRow[] => names.map((name) => ({ name, kind: 'list', path: 'whole' }))
const onlyRun = (rows: readonly OptionRow[]): readonly OptionRow[] => rows.map((row) => ({ ...row, onlyRun: true }))
const single = (rows: readonly OptionRow[]): readonly OptionRow[] => rows.map((row) => ({ ...row, single: true }))

/** Every key of kernelkit.yaml that has a value; a test compares them with the options that the commands declare. */
export const blockRows = {
  kernel: {
    commands: ['build', 'config'],
    rows: [
      { name: 'source', kind: 'text', path: 'source' },
      { name: 'config', kind: 'list', path: 'config' },
      { name: 'base', kind: 'text', path: 'base' },
      ...texts('arch', 'compiler', 'sha256', 'kselftest', 'jobs'),
      choice('config-check', 'error', 'warn'),
      choice('modules', 'auto', 'yes', 'no'),
      ...paths('out'),
      ...flags('in-tree', 'force'),
    ],
    // Another source is no tree, and has another checksum.
    rivalries: [{ given: ['source'], setAside: ['sha256', 'in-tree'] }],
  },
  image: {
    commands: ['bake'],
    rows: [
      ...texts('suite', 'arch', 'mirror', 'size'),
      choice('refresh', 'daily', 'weekly', 'never'),
      ...lists('include'),
      ...pathLists('ssh-key', 'customize', 'overlay'),
      ...paths('out'),
      ...flags('no-trim', 'force'),
    ],
    rivalries: [],
  },
  vm: {
    commands: ['run', 'boot'],
    rows: [
      ...paths('kernel', 'image', 'initrd', 'artifacts', 'evidence', 'allow'),
      { name: 'root', kind: 'text', path: 'root' },
      { name: 'qemu', kind: 'text', path: 'program' },
      ...texts('init', 'arch', 'memory', 'cpus', 'cwd', 'mac', 'boot-timeout'),
      choice('accel', 'auto', 'kvm', 'tcg'),
      choice('machine', 'auto', 'pc', 'q35', 'microvm'),
      choice('net', 'user', 'none'),
      choice('share-as', '9p', 'virtiofs'),
      choice('on-oops', 'panic', 'continue'),
      { name: 'disk', kind: 'list', path: 'before-colon' },
      { name: 'share', kind: 'list', path: 'before-colon' },
      ...lists('append', 'qemu-arg'),
      { name: 'fail-on', kind: 'set' },
      ...flags('no-cwd'),
      ...single([
        ...texts('name'),
        choice('status', 'full', 'simple'),
        ...lists('forward', 'publish'),
        { name: 'gdb', kind: 'text-or-flag' },
        ...flags('persist', 'ssh', 'keep'),
      ]),
      ...onlyRun([
        ...lists('env'),
        ...texts('timeout'),
        choice('format', ...resultFormats),
        { name: 'kunit', kind: 'text-or-flag' },
        ...single([choice('console', 'auto', 'always', 'never'), ...flags('stdin', 'tty'), ...paths('junit')]),
      ]),
    ],
    rivalries: [
      { given: ['root', 'image', 'initrd'], setAside: ['root', 'image', 'initrd'] },
      // No root and no command beside KUnit.
      { given: ['kunit'], setAside: ['root', 'image', 'initrd', 'init', 'cwd', 'env', 'stdin', 'tty', 'keep', 'format'] },
      { given: ['root', 'image', 'initrd', 'init'], setAside: ['kunit'] },
      { given: ['kernel', 'arch'], setAside: ['kernel', 'arch'] },
      { given: ['gdb', 's'], setAside: ['gdb'] },
      { given: ['cwd', 'no-cwd'], setAside: ['cwd', 'no-cwd'] },
      { given: ['net'], setAside: ['forward', 'publish', 'ssh'], when: 'none' },
      { given: ['forward', 'publish', 'ssh'], setAside: ['net'], when: 'none' },
    ],
  },
} as const satisfies Readonly<Record<string, BlockRows>>

export type BlockName = keyof typeof blockRows
export const blockNames: readonly BlockName[] = ['kernel', 'image', 'vm']

/** The table's rows with their optional fields, which the literal types of the table hide. */
export function rowsOf(block: BlockName): BlockRows {
  return blockRows[block]
}

/** Name and value of an option as the parsers of `core/options` read them. */
export function rawEntry(name: string, value: unknown): readonly [key: string, value: unknown] {
  // Commander's form of a negated option: present under its positive name, and false. --no-cwd has a name of its own.
  if (name === 'no-trim') return ['trim', value !== true]
  return [rawKey(name), value]
}

/** `boot-timeout` to `bootTimeout`. */
export function rawKey(name: string): string {
  return name === 'no-trim' ? 'trim' : name.replaceAll(/-([a-z0-9])/g, (_dash, letter: string) => letter.toUpperCase())
}
