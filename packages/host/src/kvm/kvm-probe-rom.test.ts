import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const missing = ['gcc', 'objcopy'].filter((program) => {
  try {
    execFileSync(program, ['--version'], { stdio: 'ignore' })
    return false
  } catch {
    return true
  }
})

it('the checked-in bytes of the KVM probe are those of its source', (context) => {
  if (missing.length > 0) context.skip(`no ${missing.join(', ')} on this machine`)
  const script = join(import.meta.dirname, '../../../../tools/assemble-kvm-probe.ts')
  expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow()
})
