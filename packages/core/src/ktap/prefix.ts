/** A line of a log without what the kernel puts before a message. */
export interface SplitLine {
  readonly text: string
  /** The line began with a time stamp of the kernel. */
  readonly byKernel: boolean
  /** Seconds since boot. */
  readonly at: number | undefined
}

// Level (dmesg -r), time, and the caller of CONFIG_PRINTK_CALLER: `<6>[    1.234567][  T123] `. One blank belongs to it, indentation follows.
const prefix = /^(?:<\d{1,3}>)?\[ {0,6}(\d{1,10}\.\d{6})\](?:\[ *[TC]\d+[^\]]{0,12}\])?(?: |$)/
// What is left of a prefix whose first bytes were lost.
const tornPrefix = /^[ \d.]{0,8}\d\.\d{6}\](?:\[ *[TC]\d+[^\]]{0,12}\])? /
const inside = /\[ {0,6}\d{1,8}\.\d{6}\](?:\[ *[TC]\d+[^\]]{0,12}\])? /g

/** The kernel's time in what a logger put before a line. */
export const kernelStamp = /\[ {0,6}(\d{1,10}\.\d{6})\]/

/** The kernel's prefix and the text behind it. */
export function splitPrefix(line: string): SplitLine {
  const first = line.charCodeAt(0)
  // `[`, `<`, a blank, a dot or a digit
  if (first === 91 || first === 60) {
    const found = prefix.exec(line)
    if (found !== null) return { text: line.slice(found[0].length), byKernel: true, at: Number(found[1]) }
  } else if (first === 32 || first === 46 || (first >= 48 && first <= 57)) {
    const found = tornPrefix.exec(line)
    if (found !== null) return { text: line.slice(found[0].length), byKernel: true, at: undefined }
  }
  return { text: line, byKernel: false, at: undefined }
}

/** Where a message of the kernel begins in the middle of somebody else's line; 0 when none does. */
export function tornAt(line: string): number {
  if (!line.includes('] ', 1)) return 0
  inside.lastIndex = 1
  return inside.exec(line)?.index ?? 0
}
