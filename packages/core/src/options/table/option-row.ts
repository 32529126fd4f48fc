/** How a value is written. */
export type OptionKind =
  /** A text or a number, kept as it was written. */
  | 'text'
  /** Without a value. */
  | 'flag'
  /** An option whose value may be left out: `true`, or a text. */
  | 'text-or-flag'
  /** Repeatable; the values of a nearer door come after those of kernelkit.yaml. */
  | 'list'
  /** Repeatable; the values of a nearer door replace those of kernelkit.yaml. */
  | 'set'

/** What of a value names a file of this machine. */
export type PathKind = 'whole' | 'program' | 'root' | 'base' | 'source' | 'config' | 'before-colon'

/** Two options that contradict each other. */
export interface Refusal {
  readonly option: string
  /** Only when this option has one of these values. */
  readonly when?: readonly string[]
  /** The other option may have this value all the same. */
  readonly unless?: string
  /** Why, as a clause: `which runs no command`. */
  readonly because: string
}

/** The option as an input of its Action, where it differs. */
export interface ActionInput {
  readonly help?: string
  /** What happens without it. */
  readonly otherwise?: string
  /** A list that is split at blanks and commas too, not only at the ends of lines. */
  readonly words?: true
}

/** The option in a program, where it differs from its name in camelCase and its text. */
export interface LibraryOption {
  readonly name?: string
  readonly type?: 'number' | 'milliseconds' | 'shares'
  readonly help?: string
  /** What happens without it. */
  readonly otherwise?: string
}

/** One option: everything about it that more than one place has to know. */
export interface OptionRow {
  readonly kind: OptionKind
  /** One letter, as in `-m`. */
  readonly short?: string
  /** There is only the one letter (`-s`, `-S`). */
  readonly onlyShort?: true
  /** What stands for the value in --help; flags have none. */
  readonly value?: string
  /** All values that it takes. */
  readonly choices?: readonly string[]
  /** The value that it has when it is absent. */
  readonly default?: string
  /** What happens when it is absent, where no single value says it. */
  readonly otherwise?: string
  /** What it is or does, without choices and default. */
  readonly help: string
  /** Heading of `--help`. */
  readonly group?: string
  /** Commands that have it. */
  readonly commands: readonly string[]
  /** No key of kernelkit.yaml, although its command has a block there. */
  readonly file?: false
  /** A key of `tests:` although `kernelkit test` has no such option, because it says what passing means. */
  readonly tests?: true
  /** `false`: no input of the Action. */
  readonly action?: false | ActionInput
  /** `false`: no option of the library. */
  readonly library?: false | LibraryOption
  readonly path?: PathKind
  readonly refuses?: readonly Refusal[]
  /** Options of kernelkit.yaml that do not count when a nearer door gives this one. */
  readonly overrides?: readonly string[]
  /** It works, but --help and pages do not show it. */
  readonly hidden?: true
}

export type OptionRows = Readonly<Record<string, OptionRow>>
