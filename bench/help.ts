import { fileURLToPath } from 'node:url'
import { comparePairs } from './lib/pairs.ts'

/** `kernelkit --help` against an empty Node process. */
const kernelkit = fileURLToPath(new URL('../packages/cli/bin/kernelkit.js', import.meta.url))
await comparePairs({
  title: 'kernelkit --help',
  goal: { figure: 'wall', ratio: 3 },
  a: { label: 'kernelkit --help', argv: [process.execPath, kernelkit, '--help'] },
  b: { label: 'node -e 0', argv: [process.execPath, '-e', '0'] },
  pairs: 15,
})
