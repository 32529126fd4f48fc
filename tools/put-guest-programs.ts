import { resolve } from 'node:path'
import { putGuestPrograms } from './guest-programs.ts'

// `npm pack` of the command runs this: the published bundle needs no other package, and its users no compiler.
const [to] = process.argv.slice(2)
if (to === undefined) throw new Error('usage: put-guest-programs.ts DIRECTORY')
await putGuestPrograms(resolve(to))
