import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kernelkit, lastLine, testArtifacts } from './lib/kernelkit.ts'

const { kernel } = testArtifacts()

describe('kernelkit run --root host', () => {
  it("shows the host's own root, leaves nothing on it, and says once that it is not a sandbox", async () => {
    const below = await mkdtemp(join(homedir(), '.kernelkit-e2e-'))
    try {
      const script = 'touch /etc/x && pwd && cat /etc/os-release'
      const { exitCode, stdout, stderr } = await kernelkit(['run', '-k', kernel, '--root', 'host', '--', 'sh', '-c', script], {
        cwd: below,
      })
      // It runs in the working directory of the caller.
      expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `${below}\n${await readFile('/etc/os-release', 'utf8')}` })
      expect(existsSync('/etc/x')).toBe(false)
      expect(stderr).toMatch(/sandbox|what you can read/)
      expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=pass\b/)
    } finally {
      await rm(below, { recursive: true })
    }
  })

  it('runs in the working directory of the caller also below a masked directory', async () => {
    const masked = await mkdtemp('/tmp/kernelkit-e2e-')
    try {
      const { stdout } = await kernelkit(['run', '-k', kernel, '--root', 'host', 'pwd'], { cwd: masked })
      expect(stdout).toBe(`${masked}\n`)
    } finally {
      await rm(masked, { recursive: true })
    }
  })
})
