/** KTAP attributes of a suite in its diagnostics: `# module: ext4`. */
const ofSuite = /^\s*# (module|speed|is_init): (\S.*)$/

/** Name and value when a line is an attribute of the suite itself. */
export function suiteAttribute(line: string): readonly [string, string] | undefined {
  if (!line.trimStart().startsWith('# ')) return undefined
  const [, name, value] = ofSuite.exec(line) ?? []
  return name === undefined || value === undefined ? undefined : [name, value.trim()]
}

const none: Readonly<Record<string, string>> = {}

/** Attributes of a test among its diagnostics: `# test_name.speed: slow`. */
export function testAttributes(name: string, lines: readonly string[]): Readonly<Record<string, string>> {
  const mark = `# ${name}.`
  let found = none
  for (const line of lines) {
    const text = line.trimStart()
    if (!text.startsWith(mark)) continue
    const [, key, value] = /^(\w+): (\S.*)$/.exec(text.slice(mark.length)) ?? []
    if (key !== undefined && value !== undefined) found = { ...found, [key]: value.trim() }
  }
  return found
}

const secondsPer = { ns: 1e-9, us: 1e-6, ms: 1e-3, s: 1 } as const

/** A duration as tests write it: `time=12ms` behind the result, `duration_ms: 12` in the lines below it. */
export function statedSeconds(text: string): number | undefined {
  const [, time, unit] = /\btime=(\d+(?:\.\d+)?)\s*(ns|us|ms|s)?\b/.exec(text) ?? []
  if (time !== undefined) return Number(time) * secondsPer[unit === 'ns' || unit === 'us' || unit === 'ms' ? unit : 's']
  const ms = /\bduration_ms:?\s*(\d+(?:\.\d+)?)/.exec(text)?.[1]
  return ms === undefined ? undefined : Number(ms) / 1000
}
