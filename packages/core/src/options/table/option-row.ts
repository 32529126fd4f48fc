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
export type PathKind = 'whole' | 'program' | 'root' | 'kernel' | 'base' | 'source' | 'config' | 'before-colon'

/** How far the value of a key of kernelkit.yaml reaches on this machine; what reaches beyond the project needs consent (docs/trust.md). */
export type Reach =
  /** It shapes a build, an image or a guest, and nothing else. */
  | 'inside'
  /** It names what is read: consent when that is outside of the project. */
  | 'reads'
  /** It names what is written: consent outside of the project and in git's own directory. */
  | 'writes'
  /** It names a directory for the guest: as `reads`, and as `writes` when the guest may write there. */
  | 'share'
  | NeedsConsent

/** A value that needs consent wherever it points. */
export interface NeedsConsent {
  /** What it does, as a clause after the value: `runs as a program of this machine`. */
  readonly does: string
  /** Only a value that matches; absent: every value, and a flag that is on. */
  readonly when?: RegExp
  /** It names a program: consent is given to its content too. */
  readonly runs?: true
  /** Its words may name files: consent is given to the content of those in the project. */
  readonly names?: true
}

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
  /** The empty text is a value too: a word for another program. Elsewhere it is refused. */
  readonly mayBeEmpty?: true
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
  /** Every key of kernelkit.yaml has one. */
  readonly reach?: Reach
  readonly refuses?: readonly Refusal[]
  /** Options of kernelkit.yaml that do not count when a nearer door gives this one. */
  readonly overrides?: readonly string[]
  /** It works, but --help and pages do not show it. */
  readonly hidden?: true
}

export type OptionRows = Readonly<Record<string, OptionRow>>

/** Rows of a block of kernelkit.yaml: a key without its reach does not compile. */
export type BlockRows = Readonly<Record<string, OptionRow & ({ readonly reach: Reach } | { readonly file: false })>>

/** Consent to the project file for one command; `kernelkit trust` keeps it. */
export function trustProject(commands: readonly string[]) {
  return {
    kind: 'flag',
    help: 'consent, this once, to what kernelkit.yaml does beyond its project',
    commands,
    file: false,
    action: { help: 'read kernelkit.yaml and consent to what it does beyond the project; never for changes of people you do not trust' },
    library: false,
  } as const satisfies OptionRow
}
