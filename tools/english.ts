/** A word that readers of kernel and Node documentation do not search for, and what they do search for. */
interface WordRule {
  readonly pattern: RegExp
  readonly write: string
}

/** The glossary of CONTRIBUTING.md, as patterns. */
const rules: readonly WordRule[] = [
  { pattern: /\b(?:sub)?folders?\b/gi, write: 'directory' },
  { pattern: /\bprocessors?\b/gi, write: 'CPU' },
  { pattern: /\bmend(?:s|ed|ing)?\b/gi, write: 'fix' },
  { pattern: /\bend(?:s|ed)? with (?:status )?(?:\d|n\b)/gi, write: 'exited with status N' },
  { pattern: /\b(?:tell|tells|telling|told)\b/gi, write: 'report, say, show, print, distinguish' },
  { pattern: /\b(?:go|goes|going|went|gone) on\b/gi, write: 'keep running, continue' },
  { pattern: /\bst(?:and|ands|ood)\b(?! for\b)/gi, write: 'is' },
  { pattern: /(?<!\bleft )\bbehind\b/gi, write: 'after, below' },
  { pattern: /\bbesides?\b/gi, write: 'next to, in addition to' },
  { pattern: /\b(?:nobody|somebody|everybody|whoever)\b/gi, write: 'the passive, "another user", "you"' },
  { pattern: /(?<!\bthere )\b(?:is|are|was|were) no\b(?! (?:longer|more|less)\b)/gi, write: '"is not a …"' },
  { pattern: /(?<!\bthere )\b(?:is|are) none\b/gi, write: '"is not a …", "there is no …"' },
  { pattern: /\b(?:(?:not|to) be|cannot be|can be|not) had\b/gi, write: 'unavailable, supported' },
  { pattern: /\bfaults? of\b/gi, write: '"a QEMU bug"' },
  { pattern: /\bwithout a word\b/gi, write: 'without any message' },
]

/** A use of a word that is right, with the reason. */
export interface AllowedUse {
  readonly file: string
  /** A piece of the line. */
  readonly text: string
  readonly reason: string
}

export interface FoundWord {
  readonly line: number
  readonly word: string
  readonly write: string
}

/** Words of the glossary's left column in prose, with the line of each. */
export function findWords(prose: string): readonly FoundWord[] {
  return prose
    .split('\n')
    .flatMap((text, index) =>
      rules.flatMap(({ pattern, write }) => [...text.matchAll(pattern)].map(([word]) => ({ line: index + 1, word, write }))),
    )
}

/** The same number of lines, with everything but line ends taken away. */
function blank(text: string): string {
  return text.replaceAll(/[^\n]+/g, '')
}

/** Markdown without what another source renders (between markers), program output (fences without a language), names in code, and addresses. */
export function proseOfMarkdown(text: string): string {
  return text
    .replaceAll(/<!-- (\w+) -->[^]*?<!-- \/\1 -->/g, blank)
    .replaceAll(/^```(\w*)\n([^]*?)^```$/gm, (block: string, language: string, code: string) => {
      if (language === '') return blank(block)
      return `\n${language === 'ts' ? proseOfTypeScript(code) : code}`
    })
    .replaceAll(/`[^`\n]+`/g, '``')
    .replaceAll(/\]\([^)\n]*\)/g, ']')
}

/** Comments and strings of TypeScript, each on its line: a name is no prose. */
export function proseOfTypeScript(text: string): string {
  const pieces = /\/\*[^]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\[^])*`/g
  let prose = ''
  let end = 0
  for (const match of text.matchAll(pieces)) {
    prose += `${blank(text.slice(end, match.index))} ${match[0].replaceAll(/\$\{[^}\n]*\}/g, '')}`
    end = match.index + match[0].length
  }
  return prose + blank(text.slice(end))
}
