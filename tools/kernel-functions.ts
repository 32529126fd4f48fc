/** A body that does no more than stop the machine (BUG, panic) or take or release a lock. */
export type Wrapper = 'stop' | 'lock'

/** A function as a source file of the kernel defines it. */
export interface DefinedFunction {
  readonly name: string
  readonly wrapper: Wrapper | undefined
  /** Other files may have another function of that name. */
  readonly isStatic: boolean
}

/** The functions that a source file of the kernel defines: C, headers, assembly. */
export function definedFunctions(path: string, text: string): readonly DefinedFunction[] {
  return path.endsWith('.S') ? assemblyFunctions(text) : cFunctions(text)
}

// include/linux/linkage.h and its ancestors; entry points of exceptions are declared by macros of their own.
const assembly =
  /^\s*(?:SYM_(?:FUNC|CODE|TYPED_FUNC)_START(?:_LOCAL|_WEAK|_NOALIGN|_PI|_WEAK_PI|_LOCAL_NOALIGN|_WEAK_NOALIGN)*|SYM_FUNC_ALIAS(?:_WEAK|_LOCAL)?|SYM_INNER_LABEL\w*|ENTRY|WEAK|ENTRY_NP|_GLOBAL\w*|GLOBAL|LEAF|NESTED|FEXPORT|ENTRY_CFI|ENTRY_SAME|EXPORT_SYMBOL)\(\s*(\w+)/gm

// Before SYM_CODE_START entry code had bare labels, which the symbol table has too; one word alone is a step inside a function.
const label = /^([a-z_]\w*[a-z\d]_\w+):/gim

function assemblyFunctions(text: string): readonly DefinedFunction[] {
  const names = new Set([...text.matchAll(assembly), ...text.matchAll(label)].map(([, name = '']) => name))
  return [...names].map((name) => ({ name, wrapper: undefined, isStatic: false }))
}

// Attributes with arguments that may precede the name of a function.
const attribute =
  /\b(?:__attribute__|__printf|__scanf|__acquires|__releases|__must_hold|__cond_acquires|__cond_lock|__section|__aligned|__alloc_size|__realloc_size|__no_sanitize\w*|__assume_aligned|__diagnose_as|__overloadable|asmlinkage_prologue|__used_section|__pass_object_size\w*|NOKPROBE_SYMBOL)\s*\(/
// Annotations of locks that follow a declaration, each on a line of its own.
const trailing = /^\s*__(?:acquires|releases|must_hold|cond_acquires|no_sanitize\w*)\b/
// The brace of a function at the end of its line, against the kernel's style.
const lateBrace = /^(?:[A-Za-z_][^=]*)?\)\s*\{$/
const exported = /^\s*(?:EXPORT_SYMBOL\w*|NOKPROBE_SYMBOL|EXPORT_IPV6_MOD\w*)\(\s*(\w+)/gm
// DECLARE_IDTENTRY(vector, exc_x) makes exc_x and asm_exc_x.
const idtEntry = /^\s*DECLARE_IDTENTRY\w*\(\s*\w+\s*,\s*(\w+)\s*\)/gm
const definedEntry = /^DEFINE_IDTENTRY\w*\(\s*(\w+)\s*\)/gm

function cFunctions(source: string): readonly DefinedFunction[] {
  const text = source
    .replaceAll(/\/\*[^]*?\*\//g, ' ')
    .replaceAll(/\/\/.*$/gm, '')
    .replaceAll('\\\n', ' ')
  const names = [
    ...[...text.matchAll(exported)].map(([, name = '']) => name),
    ...[...text.matchAll(definedEntry)].map(([, name = '']) => name),
    ...[...text.matchAll(idtEntry)].flatMap(([, name = '']) => [name, `asm_${name}`]),
  ]
  const found: DefinedFunction[] = functionsOfMacros(text)
  let declaration = ''
  let open: { readonly name: string; readonly isStatic: boolean; readonly body: string[] } | undefined
  for (const line of text.split('\n')) {
    if (open !== undefined) {
      if (line.startsWith('}')) {
        found.push({ name: open.name, wrapper: wrapperOf(open.name, open.body), isStatic: open.isStatic })
        open = undefined
      } else open.body.push(line.trim())
    } else if (line === '{' || /^\{\s/.test(line)) {
      const name = declaredName(declaration)
      if (name !== undefined) open = { name, isStatic: isStatic(declaration), body: [] }
      declaration = ''
    } else if (lateBrace.test(line)) {
      const head = `${declaration} ${line}`
      const name = declaredName(head)
      if (name !== undefined) open = { name, isStatic: isStatic(head), body: [] }
      declaration = ''
    } else if (/^\s*$/.test(line) && /^[^=;]*\)\s*$/.test(declaration)) continue
    else if (/^\s*#/.test(line) || /^\s*$/.test(line) || /[;}]\s*$/.test(line)) {
      // One line: static inline void foo(void) { }
      const short = /^(?=[a-z_])[^=;]*\)\s*\{.*\}\s*$/i.test(line)
        ? declaredName(`${declaration} ${line.slice(0, line.indexOf('{'))}`)
        : undefined
      const isEmpty = /\{\s*\}\s*$/.test(line)
      // An empty function is what is left of one that is not configured.
      if (short !== undefined && !isEmpty)
        found.push({
          name: short,
          wrapper: wrapperOf(short, [line.slice(line.indexOf('{') + 1, -1).trim()]),
          isStatic: isStatic(`${declaration} ${line}`),
        })
      declaration = ''
    } else if (declaration !== '' && trailing.test(line)) continue
    else if (/^[A-Za-z_]/.test(line)) declaration = /^[A-Za-z_][\w \t*]*$/.test(declaration) ? `${declaration} ${line}` : line
    else if (declaration !== '') declaration += ` ${line.trim()}`
  }
  const defined = new Set(found.map(({ name }) => name))
  return [...found, ...names.filter((name) => !defined.has(name)).map((name) => ({ name, wrapper: undefined, isStatic: false }))]
}

// Without the lines that a backslash joins.
const macro = /^#[ \t]*define[ \t]+(\w+)\(([^)\n]*)\)[ \t]+(.*)$/gm
const pastedName = /\b(\w+(?:\s*##\s*\w+)*)\s*\(/g

/** `#define DO_ERROR(nr, name) void do_##name(…) { … }` and `DO_ERROR(6, invalid_op)` define do_invalid_op. */
function functionsOfMacros(text: string): DefinedFunction[] {
  return [...text.matchAll(macro)].flatMap(([, macroName = '', list = '', body = '']) => {
    const parameters = list.split(',').map((name) => name.trim())
    const head = body.slice(0, Math.max(0, body.indexOf('{')))
    const tokens = [...head.matchAll(pastedName)]
      .map(([, pasted = '']) => pasted.split('##').map((token) => token.trim()))
      .find((words) => words.some((word) => parameters.includes(word)))
    if (tokens === undefined) return []
    const uses = text.matchAll(new RegExp(String.raw`^${macroName}\(([^(){};]*)\)`, 'gm'))
    return [...uses].flatMap(([, values = '']) => {
      const given = values.split(',').map((value) => value.trim())
      if (given.length !== parameters.length) return []
      const name = tokens.map((token) => (parameters.includes(token) ? given[parameters.indexOf(token)] : token)).join('')
      return /^[A-Za-z_]\w*$/.test(name) ? [{ name, wrapper: undefined, isStatic: isStatic(`${head} ${name}(`) }] : []
    })
  })
}

function isStatic(declaration: string): boolean {
  return /\bstatic\b[^(]*\(/.test(declaration)
}

// A helper of a few lines.
const longestWrapper = 12
const stopName = /panic|assert|fail|bug|abort|fatal|error|corrupt/
const lockName = /(?:^|_)(?:un|try)?lock(?:_|$)|(?:un|try)?lock$/
const takesLock =
  /\b(?:_*raw_)?(?:spin|read|write|mutex|rwsem|rt_mutex|bit_spin|local|ww_mutex)_(?:un|try)?lock\w*\(|\b(?:down|up)(?:_read|_write)\w*\(|\b\w+_(?:un)?lock\w*\(/

/** What a short function does instead of its caller: it stops the machine in words of its own, or takes a lock. */
function wrapperOf(name: string, body: readonly string[]): Wrapper | undefined {
  const lines = body.filter((line) => line !== '')
  while (lines.at(-1) === '}' || /^(?:return\b.*|unreachable\(\));$/.test(lines.at(-1) ?? '')) lines.pop()
  if (lines.length > longestWrapper || lines.some((line) => /^(?:for|while|do|switch|goto)\b/.test(line))) return undefined
  if (stopName.test(name) && /^(?:BUG\(\)|panic\(.*\)|usercopy_abort\(.*\));$/.test(lines.at(-1) ?? '')) return 'stop'
  return lockName.test(name) && lines.some((line) => takesLock.test(line)) ? 'lock' : undefined
}

function declaredName(declaration: string): string | undefined {
  let text = declaration
  for (let found = attribute.exec(text); found !== null; found = attribute.exec(text)) {
    text = `${text.slice(0, found.index)} ${text.slice(closing(text, found.index + found[0].length))}`
  }
  if (/^\s*(?:struct|union|enum|typedef|extern)\b[^()]*$/.test(text) || text.includes('=')) return undefined
  const name = /([A-Za-z_]\w*)\s*\(/.exec(text)?.[1]
  // SYSCALL_DEFINE3, DEFINE_RAW_SPINLOCK: names of macros, not of functions.
  return name === undefined || name === name.toUpperCase() || reserved.has(name) ? undefined : name
}

const reserved = new Set(['if', 'for', 'while', 'switch', 'do', 'else', 'return', 'sizeof', 'typeof', '__typeof__', 'asm', 'void', 'int'])

/** Where the bracket that was opened before `from` is closed. */
function closing(text: string, from: number): number {
  let depth = 1
  let at = from
  for (; at < text.length && depth > 0; at += 1) {
    if (text[at] === '(') depth += 1
    else if (text[at] === ')') depth -= 1
  }
  return at
}
