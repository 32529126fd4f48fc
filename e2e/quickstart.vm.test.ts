import { describe, expect, it } from 'vitest'
import { kernelkit, lastLine } from './lib/kernelkit.ts'
import { isFullRun } from './lib/tiers.ts'

describe('kernelkit quickstart', () => {
  // The kernel of the run; in the full tier the configuration that quickstart chooses, which is compiled for it alone.
  const config = isFullRun() ? [] : ['minimal', 'debian', '9p', 'debug'].flatMap((item) => ['--config', item])

  it(
    "goes from a distribution's kernel, which boots before anything is compiled, to a verdict of its own, and takes all from the store the second time",
    async () => {
      const first = await kernelkit(['quickstart', ...config], { timeoutMs: 45 * 60_000 })
      expect(first.stderr.slice(-2000)).toContain('verdict=pass')
      expect(first.exitCode).toBe(0)
      const [early, ...own] = first.stdout.match(/^Linux \S+ \d+\.\d\S+/gm) ?? []
      expect(early).toMatch(/-amd64$/)
      expect(first.stderr.indexOf('first verdict: pass (debian:')).toBeLessThan(first.stderr.indexOf('source: '))
      expect(first.stderr).toMatch(/^first verdict: pass \(debian:\S+, nothing compiled\)$/m)
      // Once over the agent and once over ssh.
      expect(own).toHaveLength(2)
      expect(first.stdout.match(/^PRETTY_NAME="Debian/gm)).toHaveLength(2)
      expect(first.stdout).toMatch(/host file through 9p +\d+\.\d +a file of this host, [0-9a-f]{16}/)
      expect(first.stdout).toMatch(/^total +\d+\.\d$/m)
      expect(lastLine(first.stderr)).toBe('kernelkit: verdict=pass exit=0')

      const second = await kernelkit(['quickstart', ...config, '--json'])
      expect(second.exitCode).toBe(0)
      const { verdict, steps } = JSON.parse(second.stdout) as { verdict: string; steps: { name: string; note: string }[] }
      expect(verdict).toBe('pass')
      const notes = Object.fromEntries(steps.map((step) => [step.name, step.note]))
      expect(notes['host packages']).toBe('nothing was missing')
      expect(notes['kernel']).toMatch(/from the store$/)
      expect(notes['image']).toMatch(/from the store$/)
    },
    50 * 60_000,
  )
})
