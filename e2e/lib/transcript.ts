import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect } from 'vitest'

const page = join(import.meta.dirname, '../../docs/debugging.md')

/** gdb's words for `-batch`, by which its output shows the commands as a terminal does. */
export function typed(commands: readonly string[]): readonly string[] {
  return ['-batch', ...commands.flatMap((one) => ['-ex', String.raw`echo (gdb) ${one}\n`, '-ex', one])]
}

/** What gdb printed from its first command on, without which CPU it was and the end. */
export function session(stdout: string): string {
  const lines = stdout.slice(Math.max(0, stdout.indexOf('(gdb) '))).split('\n')
  const kept = lines.filter((line) => line !== '' && !/^\[(?:Switching to|Inferior \d+ )/.test(line))
  return kept.map((line) => line.replace(/^Thread \d+ hit /, '')).join('\n')
}

/**
 * The page shows this, but for numbers (addresses, PIDs, lines of a kernel that Debian updates) and values that the compiler kept somewhere. Where it shows something else,
 * `vitest run --project vm FILE -u` writes it.
 */
export async function expectInDocs(name: string, transcript: string): Promise<void> {
  const text = await readFile(page, 'utf8')
  const shown = blockOf(name).exec(text)?.[0]
  expect(shown, `docs/debugging.md has the transcript ${name}`).toBeDefined()
  if (withoutNumbers(shown ?? '') !== withoutNumbers(transcript)) changed.set(name, transcript)
  // Those before, too: with -u the page is written when all tests of the file have ended.
  const whole = [...changed].reduce((before, [one, now]) => before.replace(blockOf(one), () => now), text)
  await expect(whole).toMatchFileSnapshot(page)
}

const changed = new Map<string, string>()

function blockOf(name: string): RegExp {
  return new RegExp(`(?<=<!-- transcript ${name} -->\n\`\`\`\n)[^]*?(?=\n\`\`\`\n)`)
}

function withoutNumbers(text: string): string {
  return text
    .replaceAll(/\((?:\w+=[^()]*)\)/g, '(arguments)')
    .replaceAll(/\b0x[0-9a-f]+|\d+/g, 'N')
    .replaceAll(/ +/g, ' ')
}
