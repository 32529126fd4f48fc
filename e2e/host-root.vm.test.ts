import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kernelkit, lastLine, testArtifacts } from './lib/kernelkit.ts'

const { kernel } = testArtifacts()

describe('kernelkit run --root host', () => {
  it("shows the host's own root and leaves nothing on it", async () => {
    const { exitCode, stdout } = await kernelkit([
      'run',
      '-k',
      kernel,
      '--root',
      'host',
      '--',
      'sh',
      '-c',
      'touch /etc/x && cat /etc/os-release',
    ])
    expect(exitCode).toBe(0)
    expect(stdout).toBe(await readFile('/etc/os-release', 'utf8'))
    expect(existsSync('/etc/x')).toBe(false)
  })

  it('says once that it is no sandbox', async () => {
    const { stderr } = await kernelkit(['run', '-k', kernel, '--root', 'host', 'true'])
    expect(stderr).toMatch(/sandbox|what you can read/)
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=pass\b/)
  })

  it('runs in the working directory of the caller, also below a masked folder', async () => {
    const below = await mkdtemp(join(homedir(), '.kernelkit-e2e-'))
    const masked = await mkdtemp('/tmp/kernelkit-e2e-')
    try {
      for (const cwd of [below, masked]) {
        const { stdout } = await kernelkit(['run', '-k', kernel, '--root', 'host', 'pwd'], { cwd })
        expect(stdout).toBe(`${cwd}\n`)
      }
    } finally {
      await Promise.all([below, masked].map((folder) => rm(folder, { recursive: true })))
    }
  })
})
