import { parseExpression, type Expression } from './expression.ts'
import { kconfigLines, sourcePath, type KconfigLine, type KconfigVariables } from './lines.ts'
import type { Condition, KconfigChoice, KconfigSymbol, KconfigTree, Selection, SymbolDefinition } from './tree.ts'

/** A menu, `if` or choice that encloses entries; its conditions are those of everything inside. */
interface Block {
  readonly kind: 'menu' | 'if' | 'choice'
  readonly depends: Condition[]
  readonly visible: Condition[]
  readonly choice: number | undefined
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] extends readonly (infer U)[] ? U[] : T[K] }
type OpenDefinition = Mutable<SymbolDefinition>
type OpenSymbol = { name: string; type: KconfigSymbol['type']; definitions: OpenDefinition[]; selectedBy: Selection[] }

export interface ParseTreeOptions {
  /** Text of a file of the tree, `undefined` when there is none. */
  readonly read: (path: string) => string | undefined
  readonly variables: KconfigVariables
  /** First file, default `Kconfig`. */
  readonly root?: string
}

/** Read the Kconfig files of a tree: enough to say what a symbol needs and where that is written. */
export function parseKconfigTree(options: ParseTreeOptions): KconfigTree {
  const reader = new TreeReader(options)
  reader.readFile(options.root ?? 'Kconfig')
  return { symbols: reader.symbols, choices: reader.choices }
}

class TreeReader {
  readonly symbols = new Map<string, OpenSymbol>()
  readonly choices: { where: string; members: string[] }[] = [] satisfies KconfigChoice[]
  readonly #options: ParseTreeOptions
  readonly #blocks: Block[] = []
  readonly #open = new Set<string>()
  /** The entry that property lines belong to. */
  #definition: OpenDefinition | undefined
  #symbol: OpenSymbol | undefined
  #block: Block | undefined

  constructor(options: ParseTreeOptions) {
    this.#options = options
  }

  readFile(path: string): void {
    const text = this.#open.has(path) ? undefined : this.#options.read(path)
    if (text === undefined) return
    this.#open.add(path)
    for (const line of kconfigLines(text, this.#options.variables)) this.#readLine(line, path)
    this.#open.delete(path)
  }

  #readLine(line: KconfigLine, path: string): void {
    const where = `${path}:${line.number}`
    const { keyword, rest } = line
    switch (keyword) {
      case 'source':
      case 'rsource':
      case 'osource':
      case 'orsource':
        this.#endEntry()
        return this.readFile(sourcePath({ keyword, path: rest.replaceAll('"', '').trim(), from: path }))
      case 'config':
      case 'menuconfig':
        return this.#openSymbol(rest.split(/[\s#]/)[0] ?? '', where)
      case 'menu':
      case 'choice':
        return this.#openBlock(keyword, where)
      case 'if':
        this.#openBlock('if', where)
        this.#blocks.at(-1)?.depends.push({ expression: parseExpression(rest).expression, where })
        return
      case 'endmenu':
      case 'endchoice':
      case 'endif':
        this.#blocks.pop()
        return this.#endEntry()
      case 'comment':
      case 'mainmenu':
        return this.#endEntry()
      default:
        return this.#readProperty(line, where)
    }
  }

  #endEntry(): void {
    this.#definition = undefined
    this.#symbol = undefined
    this.#block = undefined
  }

  #openSymbol(name: string, where: string): void {
    this.#endEntry()
    if (name === '') return
    const block = this.#blocks.at(-1)
    const choice = this.#blocks.findLast((outer) => outer.kind === 'choice')?.choice
    const symbol = this.#symbolOf(name)
    const definition: OpenDefinition = {
      where,
      prompt: undefined,
      depends: [...(block?.depends ?? [])],
      visible: [...(block?.visible ?? [])],
      defaults: [],
      ranges: [],
      choice,
    }
    symbol.definitions.push(definition)
    if (choice !== undefined) this.choices[choice]?.members.push(name)
    this.#symbol = symbol
    this.#definition = definition
  }

  #symbolOf(name: string): OpenSymbol {
    const known = this.symbols.get(name)
    if (known !== undefined) return known
    const symbol: OpenSymbol = { name, type: undefined, definitions: [], selectedBy: [] }
    this.symbols.set(name, symbol)
    return symbol
  }

  #openBlock(kind: Block['kind'], where: string): void {
    this.#endEntry()
    const outer = this.#blocks.at(-1)
    const choice = kind === 'choice' ? this.choices.push({ where, members: [] }) - 1 : outer?.choice
    const block: Block = { kind, depends: [...(outer?.depends ?? [])], visible: [...(outer?.visible ?? [])], choice }
    this.#blocks.push(block)
    this.#block = block
  }

  #readProperty({ keyword, rest }: KconfigLine, where: string): void {
    if (keyword === 'depends') return this.#addCondition('depends', rest.replace(/^on\b/, ''), where)
    if (keyword === 'visible') return this.#addCondition('visible', rest.replace(/^if\b/, ''), where)
    const types = {
      bool: 'bool',
      boolean: 'bool',
      tristate: 'tristate',
      string: 'string',
      int: 'int',
      hex: 'hex',
      prompt: undefined,
    } as const
    if (keyword in types) return this.#addPrompt(types[keyword as keyof typeof types], rest, where)
    const definition = this.#definition
    const symbol = this.#symbol
    if (definition === undefined || symbol === undefined) return
    if (keyword === 'default' || keyword === 'def_bool' || keyword === 'def_tristate') {
      const { expression, condition } = parseExpression(rest)
      definition.defaults.push({ value: expression, condition: conditionAt(condition, where) })
      if (keyword !== 'default') symbol.type ??= keyword === 'def_bool' ? 'bool' : 'tristate'
    } else if (keyword === 'select') {
      const { expression, condition } = parseExpression(rest)
      if (expression.kind === 'symbol') this.#symbolOf(expression.name).selectedBy.push({ by: symbol.name, condition, where })
    } else if (keyword === 'range') {
      const { expression: low, condition } = parseExpression(rest.replace(/^(\S+)\s+(\S+)/, '$1 && $2'))
      const [first, second] = low.kind === 'and' ? low.parts : []
      if (first !== undefined && second !== undefined) definition.ranges.push({ low: first, high: second, condition, where })
    }
  }

  #addCondition(kind: 'depends' | 'visible', text: string, where: string): void {
    const target = this.#definition ?? this.#block
    target?.[kind].push({ expression: parseExpression(text).expression, where })
  }

  #addPrompt(type: KconfigSymbol['type'], rest: string, where: string): void {
    if (this.#symbol !== undefined && type !== undefined) this.#symbol.type ??= type
    const match = /^("(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')\s*(.*)$/.exec(rest)
    if (match?.[1] === undefined) return
    if (this.#definition !== undefined) this.#definition.prompt = match[1].slice(1, -1)
    const condition = conditionAt(parseExpression(`y ${match[2] ?? ''}`).condition, where)
    if (condition !== undefined) (this.#definition ?? this.#block)?.visible.push(condition)
  }
}

function conditionAt(expression: Expression | undefined, where: string): Condition | undefined {
  return expression === undefined ? undefined : { expression, where }
}
