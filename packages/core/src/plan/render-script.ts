import { consoleMembers, cpioHeader, cpioPadding, orderCpioEntries } from '../cpio/index.ts'
import type { PackStep, Plan, PlanVariable, RunStep, Step } from './plan.ts'
import { renderEngineCall } from './engine-call.ts'
import { heredoc, quoteArgv } from '../shell/index.ts'

export interface ScriptOptions {
  /** Whether the caller's environment has a variable: what it lacks need not be removed. */
  readonly isSet?: (name: string) => boolean
}

/** The plan as a POSIX shell script that does the same when it is pasted into `sh`: what repeats comes first, under a name. */
export function renderScript(plan: Plan, { isSet = () => true }: ScriptOptions = {}): string {
  const variables = usedVariables(plan)
  const quote = quoterOf(variables)
  const shared = sharedParts(plan.steps, isSet)
  const made = new Set(variables.flatMap(({ value, perRun }) => (perRun === true ? [value] : [])))
  const environment = shared.env.length === 0 ? [] : [`in_environment() { ${environmentCommand(shared).map(quote).join(' ')} "$@"; }`]
  const words = shared.words.length === 0 ? [] : [`set -- ${shared.words.map(quote).join(' ')}`]
  return (
    [
      `# ${plan.title}`,
      'set -e',
      // Where kernelkit looks for programs, too.
      'PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"',
      ...variables.map((variable, index) => renderVariable(variable, quoterOf(variables.slice(0, index)))),
      ...(environment.length === 0 ? [] : [`# Environment of every ${shared.program}.`, ...environment]),
      ...(words.length === 0 ? [] : [`# Arguments of every ${shared.program}: "$@" below.`, ...words]),
      ...plan.steps.flatMap((step) => ['', `# ${step.why}`, renderStep(step, { quote, shared, isSet, made })]),
    ].join('\n') + '\n'
  )
}

function renderVariable({ name, value, perRun }: PlanVariable, quote: (word: string) => string): string {
  if (perRun !== true) return `${name}=${quote(value)}`
  // Where kernelkit would make it, too.
  const pattern = value.startsWith('/tmp/') ? '"${TMPDIR:-/tmp}"' + quote(value.slice('/tmp'.length)) : quote(value)
  return `${name}=$(mktemp -d ${pattern})`
}

/** Those that save something: what is used once reads better in its place. */
function usedVariables({ steps, variables = [] }: Plan): readonly PlanVariable[] {
  const words = [...stringsIn(steps), ...variables.map(({ value }) => value)]
  const uses = (variable: PlanVariable): number =>
    words.flatMap((word) => splitWord(word, [variable])).filter((part) => typeof part !== 'string').length
  // One use is its own value.
  return variables.filter((variable) => uses(variable) > (variable.perRun === true ? 1 : 2))
}

function stringsIn(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value]
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(stringsIn) : []
}

/** Before the words of the program: the environment that is shared. */
function environmentCommand({ env, container }: SharedParts): readonly string[] {
  return container === undefined ? ['env', ...env] : ['docker', 'exec', ...env.flatMap((word) => ['-e', word])]
}

/** What the commands of one program have in common. */
interface SharedParts {
  readonly program: string
  readonly container: string | undefined
  /** Words of env(1). */
  readonly env: readonly string[]
  /** Consecutive arguments. */
  readonly words: readonly string[]
}

/** Fewer characters do not get shorter under a name. */
const worthSharing = 60

/** Of the program that is run most often: the environment and the longest list of arguments that all of its commands have. */
function sharedParts(steps: readonly Step[], isSet: (name: string) => boolean): SharedParts {
  const byProgram = new Map<string, RunStep[]>()
  for (const step of steps) {
    if (step.kind !== 'run') continue
    const place = JSON.stringify([step.argv[0], step.container])
    byProgram.set(place, [...(byProgram.get(place) ?? []), step])
  }
  const [first, ...others] = [...byProgram.values()].toSorted((a, b) => b.length - a.length)[0] ?? []
  const [program = '', container] = [first?.argv[0], first?.container]
  if (first === undefined || others.length === 0) return { program, container, env: [], words: [] }
  const env = envWords(first, isSet).filter((word) => others.every((other) => envWords(other, isSet).includes(word)))
  const words = longestCommonRun(
    first.argv,
    others.map(({ argv }) => argv),
  )
  const isLong = (list: readonly string[]): boolean => list.join(' ').length >= worthSharing
  return { program, container, env: isLong(env) ? env : [], words: isLong(words) ? words : [] }
}

function envWords({ env = {}, container }: RunStep, isSet: (name: string) => boolean): readonly string[] {
  const entries = Object.entries(env)
  return [
    // A container has no variables of the caller's.
    ...entries.filter(([name, value]) => value === undefined && container === undefined && isSet(name)).map(([name]) => `--unset=${name}`),
    ...entries.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value ?? ''}`),
  ]
}

function longestCommonRun(first: readonly string[], others: readonly (readonly string[])[]): readonly string[] {
  let best: readonly string[] = []
  for (let start = 1; start < first.length; start++) {
    for (let end = start + best.length + 1; end <= first.length; end++) {
      const candidate = first.slice(start, end)
      if (!others.every((other) => indexOfRun(other, candidate) >= 0)) break
      best = candidate
    }
  }
  return best
}

function indexOfRun(argv: readonly string[], run: readonly string[]): number {
  return argv.findIndex((_, index) => run.every((word, offset) => argv[index + offset] === word))
}

interface Rendering extends ScriptOptions {
  readonly quote: (word: string) => string
  readonly shared: SharedParts
  readonly isSet: (name: string) => boolean
  /** Directories that are there by now. */
  readonly made: Set<string>
}

function renderStep(step: Step, rendering: Rendering): string {
  const { quote, made } = rendering
  const makeDirectory = (path: string): readonly string[] => {
    if (made.has(path)) return []
    made.add(path)
    return [`mkdir -p ${quote(path)}`]
  }
  switch (step.kind) {
    case 'run':
      return renderRun(step, rendering)
    case 'write':
      return [...makeDirectory(parentOf(step.path)), renderWrite(step, quote), ...chmod(step, step.path, quote)].join('\n')
    case 'mkdir':
      made.add(step.path)
      return [`mkdir -p ${quote(step.path)}`, ...chmod(step, step.path, quote)].join('\n')
    case 'copy': {
      const copy = `cp --reflink=auto --sparse=always ${quote(step.from)} ${quote(step.to)}`
      const parent = parentOf(step.to)
      // Inside of `if`, nothing is sure to be made.
      const room = step.optional !== true ? makeDirectory(parent) : made.has(parent) ? [] : [`mkdir -p ${quote(parent)}`]
      const lines = [
        ...room,
        copy,
        ...chmod(step, step.to, quote),
        ...(step.sha256 === undefined ? [] : [verify(step.to, step.sha256, quote)]),
      ]
      return step.optional === true ? `if [ -e ${quote(step.from)} ]; then ${lines.join('; ')}; fi` : lines.join('\n')
    }
    case 'update': {
      const [from, to] = [quote(step.from), quote(step.to)]
      return `cmp -s ${from} ${to} || { if [ -e ${to} ]; then mv ${to} ${quote(`${step.to}.old`)}; fi; cp ${from} ${to}; }`
    }
    case 'remove':
      made.clear()
      return `rm -rf ${quote(step.path)}`
    case 'fetch':
      return [
        ...makeDirectory(parentOf(step.to)),
        `curl -fsSL -o ${quote(step.to)} ${quote(step.url)}`,
        ...(step.sha256 === undefined ? [] : [verify(step.to, step.sha256, quote)]),
      ].join('\n')
    case 'verify':
      return verify(step.path, step.sha256, quote)
    case 'mirror': {
      const [from, to] = [quote(step.from), quote(step.to)]
      return `mkdir -p ${to}\n${renderRun(step.list, rendering)} | grep -zv '/$' |\n  tar -C ${from} --null -T - --ignore-failed-read -cf - | tar -C ${to} -xf -`
    }
    case 'copy-tree':
      return `mkdir -p ${quote(step.to)} && cp -R ${quote(`${step.from}/.`)} ${quote(step.to)}`
    case 'pack':
      return renderPack(step, quote)
    case 'transfer': {
      const [from, to] = step.direction === 'in' ? [step.from, `${step.container}:${step.to}`] : [`${step.container}:${step.from}`, step.to]
      const mode = step.mode === undefined ? [] : [`docker exec ${quote(step.container)} chmod ${octal(step.mode)} ${quote(step.to)}`]
      return [`docker cp -q ${quote(from)} ${quote(to)}`, ...mode].join('\n')
    }
    case 'engine':
      return renderEngineCall(step.call, quote)
    case 'pending':
      return `echo ${quoteArgv([step.why])} >&2; exit 1`
  }
}

const compressors: Readonly<Record<PackStep['compression'], string>> = { none: '', gzip: ' | gzip -n -9', zstd: ' | zstd -q' }

/** The same members for cpio(1), which writes their dates, too. A device cannot be made without root: its member is printed as it is. */
function renderPack({ from, to, console, compression }: PackStep, quote: (word: string) => string): string {
  const list = "find . -mindepth 1 ! -type s -printf '%P\\0' | LC_ALL=C sort -z"
  const members = `cd ${quote(from)} && ${list} | cpio --quiet -o -0 -H newc -R +0:+0`
  const archive = console ? `{ printf '${consoleText()}'; ${members}; }` : `(${members})`
  return `${archive}${compressors[compression]} > ${quote(to)}`
}

/** Members of an archive as a format of printf(1). */
function consoleText(): string {
  const decoder = new TextDecoder()
  return orderCpioEntries(consoleMembers)
    .flatMap((entry, index) => [cpioHeader(entry, { ino: index + 1, size: 0 }), cpioPadding(0)])
    .map((bytes) => decoder.decode(bytes).replaceAll('\0', String.raw`\000`))
    .join('')
}

function renderRun(step: RunStep, rendering: Omit<Rendering, 'made'>): string {
  const { quote } = rendering
  const output = [
    ...(step.output === undefined ? [] : [`> ${quote(step.output)}`]),
    ...(step.log === undefined ? [] : [`> ${quote(step.log)} 2>&1`]),
  ]
  const scripts = step.argv.filter((word) => word.split('\n').length > longScript)
  const named = scripts.map((script, index) => ({ name: index === 0 ? 'script' : `script_${index + 1}`, script }))
  const quoteNamed = (word: string): string => {
    const found = named.find(({ script }) => script === word)
    // A command substitution loses the line ends at the end.
    return found === undefined ? quote(word) : `"$${found.name}${/\n*$/.exec(word)?.[0] ?? ''}"`
  }
  const texts = named.map(({ name, script }) => `${name}=$(cat${heredoc(script)}\n)\n`)
  const line = [...renderCommand(step, { ...rendering, quote: quoteNamed }), ...output].join(' ')
  return texts.join('') + renderInDirectory(step, line, quote)
}

/** More lines than this are a text of their own. */
const longScript = 5

function renderInDirectory(step: RunStep, line: string, quote: (word: string) => string): string {
  return step.cwd === undefined || step.container !== undefined ? line : `(cd ${quote(step.cwd)} && ${line})`
}

function renderCommand(step: RunStep, { quote, shared, isSet }: Omit<Rendering, 'made'>): readonly string[] {
  const env = envWords(step, isSet)
  const isShared = shared.env.length > 0 && step.argv[0] === shared.program && step.container === shared.container
  const own = isShared ? env.filter((word) => !shared.env.includes(word)) : env
  const argv = argumentsOf(step, { quote, shared })
  if (step.container !== undefined) {
    const command = isShared ? 'in_environment' : 'docker exec'
    const options = [...(step.cwd === undefined ? [] : ['-w', step.cwd]), ...own.flatMap((word) => ['-e', word]), step.container]
    return [command, ...options.map(quote), ...argv]
  }
  return [...(isShared ? ['in_environment'] : []), ...(own.length > 0 ? ['env', ...own.map(quote)] : []), ...argv]
}

function argumentsOf({ argv }: RunStep, { quote, shared }: Pick<Rendering, 'quote' | 'shared'>): readonly string[] {
  const at = shared.words.length === 0 ? -1 : indexOfRun(argv, shared.words)
  if (at < 0) return argv.map(quote)
  return [...argv.slice(0, at).map(quote), '"$@"', ...argv.slice(at + shared.words.length).map(quote)]
}

function renderWrite({ path, content }: { readonly path: string; readonly content: string }, quote: (word: string) => string): string {
  if (content === '') return `: > ${quote(path)}`
  return content.endsWith('\n') ? `cat > ${quote(path)}${heredoc(content)}` : `printf %s ${quoteArgv([content])} > ${quote(path)}`
}

function verify(path: string, sha256: string, quote: (word: string) => string): string {
  return `echo ${quote(`${sha256}  ${path}`)} | sha256sum -c --quiet -`
}

function chmod({ mode }: { readonly mode?: number }, path: string, quote: (word: string) => string): readonly string[] {
  return mode === undefined ? [] : [`chmod ${octal(mode)} ${quote(path)}`]
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, '0')
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), 1))
}

/** Quotes a word with the variables in the place of their values. */
function quoterOf(variables: readonly PlanVariable[]): (word: string) => string {
  const longestFirst = variables.toSorted((a, b) => b.value.length - a.value.length)
  return (word) => {
    const parts = splitWord(word, longestFirst)
    return parts.every((part) => typeof part === 'string') ? quoteArgv([word]) : `"${parts.map(renderPart).join('')}"`
  }
}

function renderPart(part: string | PlanVariable, index: number, parts: readonly (string | PlanVariable)[]): string {
  if (typeof part === 'string') return part.replaceAll(/["\\$`]/g, '\\$&')
  const next = parts[index + 1]
  return typeof next === 'string' && /^\w/.test(next) ? `\${${part.name}}` : `$${part.name}`
}

/** A path is a whole one: `/a/b` is not in `/a/bc`. */
function splitWord(word: string, [variable, ...rest]: readonly PlanVariable[]): readonly (string | PlanVariable)[] {
  if (variable === undefined) return word === '' ? [] : [word]
  const parts: (string | PlanVariable)[] = []
  let from = 0
  for (let at = word.indexOf(variable.value); at >= 0; at = word.indexOf(variable.value, at + 1)) {
    const end = at + variable.value.length
    if (at < from || /[\w.-]/.test(word[end] ?? '/') || /[\w./-]/.test(word[at - 1] ?? '=')) continue
    parts.push(...splitWord(word.slice(from, at), rest), variable)
    from = end
  }
  return [...parts, ...splitWord(word.slice(from), rest)]
}
