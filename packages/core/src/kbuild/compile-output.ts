/** An error or warning of compiler, linker, objtool or modpost. */
export interface Diagnostic {
  readonly severity: 'error' | 'warning'
  /** Relative to the tree; absent when the tool named none. */
  readonly file?: string
  readonly line?: number
  readonly column?: number
  readonly message: string
}

export interface OutputPaths {
  readonly source: string
  readonly build: string
}

const placed = /^(?:In file included from )?([^\s:][^:]*):(\d+)(?::(\d+))?: (fatal error|error|warning): (.*)$/
const unplaced = /^([^\s:][^:]*): (error|warning): (.*)$/
const linker =
  /^(?:\S*ld(?:\.bfd|\.lld|\.gold)?|\S*clang\S*|collect2): (?:error: )?(.*(?:undefined (?:reference|symbol)|multiple definition|duplicate symbol|cannot find|region .* overflowed).*)$/
const undefinedReference = /^([^\s:][^:]*):(?:(\d+)|\([^)]*\)): (undefined reference to .*|multiple definition of .*)$/
const modpost = /^(ERROR|WARNING): modpost: (.*)$/

/** The diagnostic on a line of make's output, if it is one. */
export function parseDiagnostic(line: string, paths: OutputPaths): Diagnostic | undefined {
  const exact = placed.exec(line)
  if (exact !== null) {
    return {
      severity: exact[4] === 'warning' ? 'warning' : 'error',
      file: relativePath(exact[1] ?? '', paths),
      line: Number(exact[2]),
      ...(exact[3] === undefined ? {} : { column: Number(exact[3]) }),
      message: exact[5] ?? '',
    }
  }
  const reference = undefinedReference.exec(line)
  if (reference !== null) {
    return {
      severity: 'error',
      file: relativePath(reference[1]?.replace(/^\S*ld: /, '') ?? '', paths),
      ...(reference[2] === undefined ? {} : { line: Number(reference[2]) }),
      message: reference[3] ?? '',
    }
  }
  const post = modpost.exec(line)
  if (post !== null) return { severity: post[1] === 'ERROR' ? 'error' : 'warning', message: post[2] ?? '' }
  const link = linker.exec(line)
  if (link !== null) return { severity: 'error', message: link[1] ?? '' }
  const rest = unplaced.exec(line)
  if (rest !== null && !line.startsWith('make'))
    return { severity: rest[2] === 'warning' ? 'warning' : 'error', file: relativePath(rest[1] ?? '', paths), message: rest[3] ?? '' }
  return undefined
}

/** What make itself prints last: `*** [scripts/Makefile.build:229: init/main.o] Error 1`. */
export function parseMakeFailure(line: string): { readonly target: string } | undefined {
  const match = /^make(?:\[\d+\])?: \*\*\* (?:\[(?:[^\]]*: )?([^\]]+)\] (?:Error \d+|.*)|(No rule to make target .*))$/.exec(line)
  const target = match?.[1] ?? match?.[2]
  return target === undefined ? undefined : { target }
}

/** True for the line that kbuild prints when it makes one object file. */
export function isObjectLine(line: string): boolean {
  return /^ {2}(?:CC|AS|HOSTCC|RUSTC)(?: \[M\])? /.test(line)
}

/** Objects of a build by its configuration: measured 955 for 564 options set to y and 1494 for 692 (6.12), about linear between. */
export function estimateObjects(optionsOn: number): number {
  return Math.max(400, Math.round(955 + ((1494 - 955) / (692 - 564)) * (optionsOn - 564)))
}

/** Compilers run in the build directory; ccache gives them paths relative to it. */
function relativePath(path: string, { source, build }: OutputPaths): string {
  const absolute = path.startsWith('/') ? path : joinPath(build, path)
  for (const directory of [build, source]) {
    if (absolute.startsWith(`${directory}/`)) return absolute.slice(directory.length + 1)
  }
  return path.replace(/^(?:\.\.?\/)+/, '')
}

function joinPath(directory: string, path: string): string {
  const parts = directory.split('/')
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '.') parts.push(part)
  }
  return parts.join('/')
}

/** `fs/ext4/inode.c:12:3: error: …` */
export function renderDiagnostic({ severity, file, line, column, message }: Diagnostic): string {
  const place = [file, line, column].filter((part) => part !== undefined).join(':')
  return `${place === '' ? '' : `${place}: `}${severity}: ${message}`
}
