import type { Expression } from './expression.ts'

/** Something that must hold, and the line that requires it. */
export interface Condition {
  readonly expression: Expression
  /** `net/sched/Kconfig:16` */
  readonly where: string
}

/** One `config` or `menuconfig` block; a symbol may have several. */
export interface SymbolDefinition {
  readonly where: string
  readonly prompt: string | undefined
  /** `depends on` of itself and of every enclosing menu, `if` and choice. */
  readonly depends: readonly Condition[]
  /** What the prompt needs as well: its own `if`, `visible if` of menus, the prompt condition of its choice. */
  readonly visible: readonly Condition[]
  readonly defaults: readonly { readonly value: Expression; readonly condition: Condition | undefined }[]
  readonly ranges: readonly {
    readonly low: Expression
    readonly high: Expression
    readonly condition: Expression | undefined
    readonly where: string
  }[]
  /** Index into {@link KconfigTree.choices}. */
  readonly choice: number | undefined
}

export interface Selection {
  /** The symbol that selects. */
  readonly by: string
  readonly condition: Expression | undefined
  readonly where: string
}

export interface KconfigSymbol {
  readonly name: string
  readonly type: 'bool' | 'tristate' | 'string' | 'int' | 'hex' | undefined
  readonly definitions: readonly SymbolDefinition[]
  readonly selectedBy: readonly Selection[]
}

export interface KconfigChoice {
  readonly where: string
  readonly members: readonly string[]
}

/** What the Kconfig files of one tree and architecture say. */
export interface KconfigTree {
  readonly symbols: ReadonlyMap<string, KconfigSymbol>
  readonly choices: readonly KconfigChoice[]
}
