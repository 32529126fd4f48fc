import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { UserError } from '@kernelkit/core/errors'
import type { Host } from '../host.ts'

/** What Node puts in the place of bytes that are not UTF-8. */
const replacement = '\uFFFD'

/** Variables of this process whose bytes Node could not read: the kernel still has them. */
export function findLossyVariables(env: Host['env']): ReadonlySet<string> {
  const suspects = Object.keys(env).filter((name) => env[name]?.includes(replacement) === true)
  return new Set(suspects.length === 0 ? [] : readLossyNames().filter((name) => suspects.includes(name)))
}

function readLossyNames(): readonly string[] {
  let bytes: Buffer
  try {
    bytes = readFileSync('/proc/self/environ')
  } catch {
    // Without /proc the bytes are unknown.
    return []
  }
  const names: string[] = []
  for (let at = 0; at < bytes.length;) {
    const end = bytes.indexOf(0, at)
    const pair = bytes.subarray(at, end < 0 ? bytes.length : end)
    if (!isUtf8(pair)) names.push(pair.subarray(0, Math.max(0, pair.indexOf('='))).toString())
    at += pair.length + 1
  }
  return names
}

/** The value of a variable that the user named (--env NAME); throws `NOT_UTF8` when it cannot be passed on as it is. */
export function namedVariable({ env, lossyVariables }: Pick<Host, 'env' | 'lossyVariables'>, name: string): string | undefined {
  if (lossyVariables?.has(name) !== true) return env[name]
  throw new UserError('NOT_UTF8', `the value of the variable ${name} has bytes that are not UTF-8.`, {
    hint: 'Pass such bytes to the guest on stdin or in a file.',
    details: { variable: name },
  })
}
