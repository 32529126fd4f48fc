import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { setTimeout } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { kernelkit, lastLine, startProgram, testArtifacts } from './lib/kernelkit.ts'

const { kernel } = testArtifacts()

/** What is typed before the shell reads is lost. */
async function* typing(): AsyncGenerator<string> {
  for (;;) {
    yield 'exit\n'
    await setTimeout(500)
  }
}

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

  it('boots again by its evidence and by the line of --dry-run, where QEMU hides the same', async ({ onTestFinished }) => {
    const below = await mkdtemp(join(homedir(), '.kernelkit-e2e-'))
    try {
      const command = ['-k', kernel, '--root', 'host', '--', 'sh', '-c', 'echo hello-$((1+1)); exit 3']
      await kernelkit(['run', '--evidence', 'evidence', ...command], { cwd: below })
      const replay = await startProgram(['sh', join(below, 'evidence', 'replay.sh')]).result
      expect(replay.stdout).toMatch(/^hello-2\r?$[^]*command ended with 3/m)
      // Pasted lines share one directory there, and another test pastes too.
      const env = { XDG_RUNTIME_DIR: await mkdtemp('/tmp/kernelkit-e2e-') }
      onTestFinished(() => rm(env.XDG_RUNTIME_DIR, { recursive: true }))
      const { stdout } = await kernelkit(['run', '--dry-run', ...command], { cwd: below, env })
      const pasted = await startProgram(['sh', '-c', stdout], { cwd: below, input: Readable.from(typing()) }).result
      expect(pasted.stdout).toMatch(/a shell on the console/)
      expect(pasted.stdout).not.toMatch(/cannot start/)
    } finally {
      await rm(below, { recursive: true })
    }
  })
})
