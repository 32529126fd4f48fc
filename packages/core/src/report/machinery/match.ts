import { sourceName } from '../frame.ts'
import { deferringFunctions, entryFunctions, helperFunctions, interruptFunctions } from './callers.ts'
import { infrastructureFiles } from './files.ts'
import { lockingFunctions } from './locking.ts'
import { memoryFunctions } from './memory.ts'
import { reportingFunctions } from './reporting.ts'

/** One expression for a list of names in which `*` stands for any rest; undefined for an empty list. */
export function nameMatcher(globs: readonly string[]): (name: string) => boolean {
  if (globs.length === 0) return () => false
  const escaped = globs.map((glob) => glob.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replaceAll('*', '.*'))
  const pattern = new RegExp(`^(?:${escaped.join('|')})$`)
  return (name) => pattern.test(name)
}

const isServing = nameMatcher([...reportingFunctions, ...lockingFunctions, ...memoryFunctions, ...deferringFunctions])
const isHelper = nameMatcher(helperFunctions)
const isInfrastructure = nameMatcher(infrastructureFiles)
// Rust's own crates in mangled names: core, alloc, rustc.
const rustMachinery =
  /^_R\w*?(?:_4core(?:9panicking|3num|3ops|3ptr|6option|6result)|rust_begin_unwind|_5alloc)|^<?core::|^<?alloc::|^rust_begin_unwind/

/** Whether a function only serves others: reporting, locking, allocation, sanitizers, deferred work. */
export function isMachinery(symbol: string): boolean {
  const plain = sourceName(symbol)
  return isServing(plain) || rustMachinery.test(plain)
}

/** Whether a function does what its caller asked for: devices, buffers, counts, trees. */
export function isHelperFunction(symbol: string): boolean {
  return isHelper(sourceName(symbol))
}

/** Whether a file only serves others, for the file to look at first. */
export function isInfrastructureFile(path: string): boolean {
  return isInfrastructure(path)
}

/** Whether tasks, workers and system calls begin there. */
export const isEntry: (name: string) => boolean = nameMatcher(entryFunctions)

/** Whether an interrupt came in there. */
export const isInterrupt: (name: string) => boolean = nameMatcher(interruptFunctions)
