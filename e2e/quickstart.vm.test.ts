import { describe, expect, it } from 'vitest'
import { kernelkit, lastLine } from './lib/kernelkit.ts'

describe('kernelkit quickstart', () => {
  it(
    'goes from nothing to a verdict, and takes everything from the store the second time',
    async () => {
      const first = await kernelkit(['quickstart'], { timeoutMs: 45 * 60_000 })
      expect(first.stderr.slice(-2000)).toContain('verdict=pass')
      expect(first.exitCode).toBe(0)
      // Once over the agent and once over ssh.
      expect(first.stdout.match(/^Linux \S+ 6\.\d+/gm)).toHaveLength(2)
      expect(first.stdout.match(/^PRETTY_NAME="Debian/gm)).toHaveLength(2)
      expect(first.stdout).toMatch(/host file through 9p +\d+\.\d +a file of this host, [0-9a-f]{16}/)
      expect(first.stdout).toMatch(/^total +\d+\.\d$/m)
      expect(lastLine(first.stderr)).toBe('kernelkit: verdict=pass exit=0')

      const second = await kernelkit(['quickstart', '--json'])
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
