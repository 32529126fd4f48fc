import type { StrippedLine } from '../console/line-prefix.ts'

/** One message of the console: a part of a line when a second one tore it. */
export interface Message {
  readonly text: string
  /** `T123` or `C1` (CONFIG_PRINTK_CALLER). */
  readonly caller: string | undefined
  /** Time of the kernel where it is the line's own prefix; `stampOf` looks in a learned one too. */
  readonly stamp: string | undefined
  /** The learned prefix. */
  readonly head?: string
  /** What kind of line it came on: 0 the kernel's own, -1 without a stamp, 1 of a logger that is known by heart, more: a learned prefix. */
  readonly source: number
}

// printk's own stamp (six places; fewer only at the start of a line, from tools that shorten it) and caller, with the level of /dev/kmsg or loglevel-raw consoles in front.
const stamp = /(?:<\d{1,3}>)?(?:(?<!.)\[ *\d{1,10}\.\d{1,5}|\[ *(?<time>\d{1,10}\.\d{6,9}))\](?:\[ *(?<caller>[TC]\d+)\])? ?/g
// What syslog, journald, dmesg -T, CI services and loggers put in front of lines.
const foreign =
  /^(?:<\d{1,3}>)?(?:\[?\d{4}[-/]\d\d[-/]\d\d[ T]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?\]?:? |\[[A-Z][a-z]{2} [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d \d{4}\] |[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d )?(?:(?:\S+ )?(?:kern\.\w+ )?kernel: )?(?:\[ *(?<caller>[TC]\d+)\] )?/
// Colours and cursor movements of programs on the console (ECMA-48).
// oxlint-disable-next-line no-control-regex
const escapes = /\u001B\[[0-9;?]*[A-Za-z]|\u0000/g

// Another stamp behind the one in front.
const inner = /\[ *\d{1,10}\.\d{6,9}\]/
const stampInside = /\d{1,10}\.\d{6}(?!\d)/

/** Whether any line of a text needs more than its stamps taken off. */
export function holdsControls(text: string): boolean {
  return text.includes('\r') || text.includes('\u001B') || text.includes('\u0000')
}

/** The parts of a line between carriage returns, without controls. */
export function plainParts(raw: string): readonly string[] {
  return raw
    .replace(escapes, '')
    .split('\r')
    .filter((part) => part !== '')
}

/** The message of a line without controls that has the kernel's stamp in front and no other, as most lines do. */
export function onlyMessage(line: string): Message | undefined {
  const own = ownPrefix(line)
  if (own === undefined) return undefined
  const text = line.slice(own.width)
  return holdsStamp(text) ? undefined : { text, caller: own.caller, stamp: own.stamp, source: 0 }
}

/** Time of the kernel, as printed; few lines are asked for it. */
export function stampOf({ stamp: own, head }: Message): string | undefined {
  return own ?? (head === undefined ? undefined : stampInside.exec(head)?.[0])
}

/** The messages of any line without controls. */
export function parsePlainMessages(line: string): readonly Message[] {
  const only = onlyMessage(line)
  return only === undefined ? splitAtStamps(line) : [only]
}

/** `[   12.345678][  T123] ` in front of a line, letter by letter: each line of a report has it. */
function ownPrefix(line: string): { readonly width: number; readonly stamp: string; readonly caller: string | undefined } | undefined {
  if (line.charCodeAt(0) !== 91) return leveledPrefix(line)
  const start = afterBlanks(line, 1)
  const dot = afterDigits(line, start)
  const end = afterDigits(line, dot + 1)
  const places = end - dot - 1
  const isStamp =
    dot > start && dot - start <= 10 && line.charCodeAt(dot) === 46 && places >= 6 && places <= 9 && line.charCodeAt(end) === 93
  if (!isStamp) return undefined
  const stamp = line.slice(start, end)
  let at = end + 1
  let caller: string | undefined
  if (line.charCodeAt(at) === 91) {
    const first = afterBlanks(line, at + 1)
    const letter = line.charCodeAt(first)
    const last = afterDigits(line, first + 1)
    if ((letter === 84 || letter === 67) && last > first + 1 && line.charCodeAt(last) === 93) {
      caller = line.slice(first, last)
      at = last + 1
    }
  }
  return { width: line.charCodeAt(at) === 32 ? at + 1 : at, stamp, caller }
}

/** The same with the level in front, as consoles of `loglevel-raw` and `dmesg -r` print it. */
function leveledPrefix(line: string): ReturnType<typeof ownPrefix> {
  const level = line.charCodeAt(0) === 60 ? /^<\d{1,3}>(?=\[)/.exec(line)?.[0].length : undefined
  const own = level === undefined ? undefined : ownPrefix(line.slice(level))
  return level === undefined || own === undefined ? undefined : { ...own, width: own.width + level }
}

function afterBlanks(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) === 32) at += 1
  return at
}

function afterDigits(text: string, from: number): number {
  let at = from
  while (text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at += 1
  return at
}

/** The message of a line whose prefix was learned, when no second one tore it. */
export function onlyStripped({ text, head, caller, source }: StrippedLine): Message | undefined {
  return holdsStamp(text) ? undefined : { text, caller, stamp: undefined, source, head }
}

/** The messages of a line whose prefix was learned. */
export function strippedMessages(line: StrippedLine): readonly Message[] {
  const { text, head, caller, source } = line
  const whole: Message = { text, caller, stamp: undefined, source, head }
  if (!holdsStamp(text)) return [whole]
  const [first, ...torn] = parsePlainMessages(text)
  return first === undefined ? [whole] : [{ ...first, caller: caller ?? first.caller, source, head }, ...torn]
}

function holdsStamp(text: string): boolean {
  return text.includes('[') && inner.test(text)
}

function splitAtStamps(line: string): readonly Message[] {
  stamp.lastIndex = 0
  let found = stamp.exec(line)
  if (found === null) return [unstamped(line)]
  const messages: Message[] = []
  const head = line.slice(0, found.index)
  if (head.trim() !== '') messages.push(unstamped(head))
  while (found !== null) {
    const next = (stamp.lastIndex = found.index + found[0].length)
    const following = stamp.exec(line)
    messages.push({
      text: line.slice(next, following?.index),
      caller: found.groups?.['caller'],
      stamp: found.groups?.['time'],
      source: 0,
    })
    found = following
  }
  return messages
}

function unstamped(line: string): Message {
  const found = foreign.exec(line)
  const width = found?.[0].length ?? 0
  return { text: line.slice(width), caller: found?.groups?.['caller'], stamp: undefined, source: width > 0 ? 1 : -1 }
}
