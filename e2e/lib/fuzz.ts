import { isFullRun } from './tiers.ts'

/** A source of choices that one number determines. */
export interface Random {
  /** A whole number from 0 to `below` - 1. */
  int(below: number): number
  pick<T>(choices: readonly T[]): T
  chance(one: number): boolean
}

// Of one target: a minute in the full tier, a moment in every run.
const fullMs = 60_000
const briefMs = 1500

export const fuzzLimitMs = 4 * fullMs

/** mulberry32: small, and good enough to choose with. */
function randomOf(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let value = Math.imul(state ^ (state >>> 15), state | 1)
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61)
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32
  }
  const int = (below: number): number => Math.floor(next() * below)
  return {
    int,
    pick: (choices) => {
      const found = choices[int(choices.length)]
      if (found === undefined) throw new RangeError('nothing to choose from')
      return found
    },
    chance: (one) => int(one) === 0,
  }
}

/**
 * Runs a case with one seed after another until its time is over, and prints the first seed. A case that throws fails the test and names its seed:
 * `KERNELKIT_FUZZ_SEED=N` runs that case alone.
 */
export async function fuzz(name: string, runCase: (random: Random) => void | Promise<void>): Promise<number> {
  const asked = process.env['KERNELKIT_FUZZ_SEED']
  const first = asked === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(asked)
  process.stdout.write(`fuzz ${name}: seeds from ${first}\n`)
  // The one case that was asked for, or as many as there is time for.
  const endAt = asked === undefined ? performance.now() + (isFullRun() ? fullMs : briefMs) : 0
  let cases = 0
  do {
    const seed = first + cases
    try {
      await runCase(randomOf(seed))
    } catch (cause) {
      throw new Error(`fuzz ${name}: KERNELKIT_FUZZ_SEED=${seed} fails: ${cause instanceof Error ? cause.message : String(cause)}`, {
        cause,
      })
    }
    cases += 1
  } while (performance.now() < endAt)
  return cases
}

/** Bytes that were changed here and there: flipped, cut out, repeated, moved, or replaced by one of `tokens`. */
export function mutate(random: Random, bytes: Uint8Array, tokens: readonly string[]): Buffer {
  let result = Buffer.from(bytes)
  for (let change = random.int(8); change >= 0; change -= 1) {
    const at = random.int(result.length + 1)
    const length = random.int(random.chance(8) ? result.length + 1 : 80)
    const [head, part, tail] = [result.subarray(0, at), result.subarray(at, at + length), result.subarray(at + length)]
    const byte = Buffer.from([random.int(256)])
    const token = Buffer.from(tokens.length === 0 ? '' : random.pick(tokens))
    const pieces = random.pick([
      [head, tail],
      [head, part, part, tail],
      [part, head, tail],
      [head, byte, result.subarray(at + 1)],
      [head, token, tail],
      [head, token, part, tail],
      [head, ...Array.from({ length: random.int(200) }, () => token), part, tail],
      [head],
    ])
    result = Buffer.concat(pieces).subarray(0, mostBytes)
  }
  return result
}

// A case is to be short: many of them find more.
const mostBytes = 256 * 1024
