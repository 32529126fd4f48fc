/** A Kconfig expression. `macro` is a preprocessor call whose result only kconfig knows. */
export type Expression =
  | { readonly kind: 'symbol'; readonly name: string }
  | { readonly kind: 'text'; readonly value: string }
  | { readonly kind: 'macro'; readonly text: string }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'and' | 'or'; readonly parts: readonly Expression[] }
  | { readonly kind: 'compare'; readonly operator: string; readonly left: Expression; readonly right: Expression }

/** n, m, y as 0, 1, 2; `undefined` when a macro decides. */
export type Tristate = 0 | 1 | 2 | undefined

type Token = { readonly kind: 'word' | 'text' | 'macro' | 'operator'; readonly text: string }

const tokenPattern = /\s+|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|(&&|\|\||!=|<=|>=|[!=<>()])|([\w./-]+)/y

function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = []
  let at = 0
  while (at < text.length) {
    if (text.startsWith('$(', at)) {
      const end = macroEnd(text, at)
      tokens.push({ kind: 'macro', text: text.slice(at, end) })
      at = end
      continue
    }
    if (text[at] === '#') break
    tokenPattern.lastIndex = at
    const match = tokenPattern.exec(text)
    if (match === null) {
      at += 1
      continue
    }
    at = tokenPattern.lastIndex
    const quoted = match[1] ?? match[2]
    if (quoted !== undefined) tokens.push({ kind: quoted.includes('$(') ? 'macro' : 'text', text: quoted })
    else if (match[3] !== undefined) tokens.push({ kind: 'operator', text: match[3] })
    else if (match[4] !== undefined) tokens.push({ kind: 'word', text: match[4] })
  }
  return tokens
}

/** Index after the parenthesis that closes the macro call at `start`. */
function macroEnd(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    if (text[at] === '(') depth += 1
    else if (text[at] === ')' && --depth === 0) return at + 1
  }
  return text.length
}

/** The expression at the start of `text` and, when an `if` follows it, the condition. */
export function parseExpression(text: string): { readonly expression: Expression; readonly condition: Expression | undefined } {
  const tokens = tokenize(text)
  let at = 0
  const isNext = (operator: string) => tokens[at]?.kind === 'operator' && tokens[at]?.text === operator
  const joined = (kind: 'and' | 'or', operator: string, next: () => Expression): Expression => {
    const parts = [next()]
    while (isNext(operator)) {
      at += 1
      parts.push(next())
    }
    const [first] = parts
    return parts.length === 1 && first !== undefined ? first : { kind, parts }
  }
  const parseOr = (): Expression => joined('or', '||', parseAnd)
  const parseAnd = (): Expression => joined('and', '&&', parseNot)
  const parseNot = (): Expression => {
    if (isNext('!')) {
      at += 1
      return { kind: 'not', of: parseNot() }
    }
    if (isNext('(')) {
      at += 1
      const inner = parseOr()
      if (isNext(')')) at += 1
      return inner
    }
    const left = parseOperand()
    const operator = tokens[at]
    if (operator?.kind !== 'operator' || !['=', '!=', '<', '>', '<=', '>='].includes(operator.text)) return left
    at += 1
    return { kind: 'compare', operator: operator.text, left, right: parseOperand() }
  }
  const parseOperand = (): Expression => {
    const token = tokens[at++]
    if (token === undefined) return { kind: 'text', value: '' }
    if (token.kind === 'macro') return { kind: 'macro', text: token.text }
    if (token.kind === 'word' && !isConstant(token.text)) return { kind: 'symbol', name: token.text }
    return { kind: 'text', value: token.text }
  }
  const expression = parseOr()
  if (tokens[at]?.kind !== 'word' || tokens[at]?.text !== 'if') return { expression, condition: undefined }
  at += 1
  return { expression, condition: parseOr() }
}

function isConstant(word: string): boolean {
  return word === 'y' || word === 'm' || word === 'n' || /^-?(?:\d+|0[xX][0-9a-fA-F]+)$/.test(word)
}

/** The expression's value when `valueOf` gives the value of each symbol (absent: n). */
export function evaluate(expression: Expression, valueOf: (symbol: string) => string | undefined): Tristate {
  switch (expression.kind) {
    case 'symbol':
      return asTristate(valueOf(expression.name))
    case 'text':
      // kconfig: m is n where there are no modules.
      return expression.value === 'm' && valueOf('MODULES') !== 'y' ? 0 : asTristate(expression.value)
    case 'macro':
      return undefined
    case 'not': {
      const value = evaluate(expression.of, valueOf)
      return value === undefined ? undefined : value === 0 ? 2 : value === 2 ? 0 : 1
    }
    case 'and':
    case 'or': {
      const values = expression.parts.map((part) => evaluate(part, valueOf))
      const decisive = expression.kind === 'and' ? 0 : 2
      if (values.includes(decisive)) return decisive
      if (values.includes(undefined)) return undefined
      const known = values.filter((value) => value !== undefined)
      return (expression.kind === 'and' ? Math.min(...known) : Math.max(...known)) as Tristate
    }
    case 'compare':
      return compare(expression.operator, operandText(expression.left, valueOf), operandText(expression.right, valueOf))
  }
}

function asTristate(value: string | undefined): Tristate {
  return value === 'y' ? 2 : value === 'm' ? 1 : 0
}

function operandText(operand: Expression, valueOf: (symbol: string) => string | undefined): string | undefined {
  if (operand.kind === 'symbol') return (valueOf(operand.name) ?? 'n').replaceAll('"', '')
  return operand.kind === 'text' ? operand.value : undefined
}

function compare(operator: string, left: string | undefined, right: string | undefined): Tristate {
  if (left === undefined || right === undefined) return undefined
  const numbers = left !== '' && right !== '' && !Number.isNaN(Number(left)) && !Number.isNaN(Number(right))
  const difference = numbers ? Number(left) - Number(right) : left === right ? 0 : left < right ? -1 : 1
  const holds = {
    '=': difference === 0,
    '!=': difference !== 0,
    '<': difference < 0,
    '>': difference > 0,
    '<=': difference <= 0,
    '>=': difference >= 0,
  }
  return holds[operator as keyof typeof holds] ? 2 : 0
}

/** The expression as Kconfig writes it. */
export function renderExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'symbol':
      return expression.name
    case 'text':
      return isConstant(expression.value) ? expression.value : `"${expression.value}"`
    case 'macro':
      return expression.text
    case 'not':
      return expression.of.kind === 'and' || expression.of.kind === 'or' || expression.of.kind === 'compare'
        ? `!(${renderExpression(expression.of)})`
        : `!${renderExpression(expression.of)}`
    case 'and':
      return expression.parts.map((part) => (part.kind === 'or' ? `(${renderExpression(part)})` : renderExpression(part))).join(' && ')
    case 'or':
      return expression.parts.map(renderExpression).join(' || ')
    case 'compare':
      return `${renderExpression(expression.left)}${expression.operator}${renderExpression(expression.right)}`
  }
}

/** Every symbol in the expression. */
export function symbolsOf(expression: Expression): readonly string[] {
  switch (expression.kind) {
    case 'symbol':
      return [expression.name]
    case 'not':
      return symbolsOf(expression.of)
    case 'and':
    case 'or':
      return expression.parts.flatMap(symbolsOf)
    case 'compare':
      return [...symbolsOf(expression.left), ...symbolsOf(expression.right)]
    case 'text':
    case 'macro':
      return []
  }
}
