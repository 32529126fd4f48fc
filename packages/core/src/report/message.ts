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
  /** What kind of line it came on: 0 the kernel's own, 1 of a logger that is known by heart, more: a learned prefix. */
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

// The only stamp of most lines, and another one behind it.
const leading = /^(?:<\d{1,3}>)?\[ *(\d{1,10}\.\d{6,9})\](?:\[ *([TC]\d+)\])? ?/
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

/** The messages of a line without controls; most lines have one stamp in front and nothing else to look for. */
export function parsePlainMessages(line: string): readonly Message[] {
  const found = leading.exec(line)
  if (found === null) return splitAtStamps(line)
  const text = line.slice(found[0].length)
  return inner.test(text) ? splitAtStamps(line) : [{ text, caller: found[2], stamp: found[1], source: 0 }]
}

/** The messages of a line whose prefix was learned. */
export function strippedMessages({ text, head, caller, source }: StrippedLine): readonly Message[] {
  const whole: Message = { text, caller, stamp: undefined, source, head }
  if (!inner.test(text)) return [whole]
  const [first, ...torn] = parsePlainMessages(text)
  return first === undefined ? [whole] : [{ ...first, caller: caller ?? first.caller, source, head }, ...torn]
}

/** Time of the kernel, as printed; few lines are asked for it. */
export function stampOf({ stamp: own, head }: Message): string | undefined {
  return own ?? (head === undefined ? undefined : stampInside.exec(head)?.[0])
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
  return { text: line.slice(width), caller: found?.groups?.['caller'], stamp: undefined, source: width > 0 ? 1 : 0 }
}
