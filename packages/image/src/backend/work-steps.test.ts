import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { renderScript } from '@kernelkit/core/plan'
import type { Step } from '@kernelkit/core/plan'
import { hostSteps } from './work-steps.ts'

const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] as const

test('a pasted bake removes its work directory when the other rights are not enough for all of it, as those of a user namespace', (context) => {
  context.skip(spawnSync(asNobody[0], [...asNobody.slice(1), 'true']).status !== 0, 'needs root and setpriv for files of another user')
  const directory = mkdtempSync(join(tmpdir(), 'kernelkit-work-'))
  try {
    chmodSync(directory, 0o755)
    // Other rights than the caller's, as root of a user namespace has them: its own files are in a directory that is not its own.
    writeFileSync(join(directory, 'sudo'), `#!/bin/sh\nshift\nexec ${asNobody.join(' ')} "$@"\n`, { mode: 0o755 })
    const work = join(directory, 'work')
    const { open, close, run } = hostSteps(work, { privilege: 'sudo' })
    const left: Step = run({ why: 'files of another user', argv: [...asNobody, 'mkdir', '-p', join(work, 'scratch/tree/etc')] })
    const script = renderScript({ title: 'a bake without its middle', steps: [...open, left, ...close] })
    execFileSync('sh', { input: script, stdio: 'pipe', env: { ...process.env, PATH: `${directory}:${process.env['PATH'] ?? ''}` } })
    expect(existsSync(work)).toBe(false)
  } finally {
    rmSync(directory, { recursive: true, force: true })
  }
})
