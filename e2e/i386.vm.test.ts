import { expect, it } from 'vitest'
import { kernelkit } from './lib/kernelkit.ts'

it(
  'builds, bakes and boots i386',
  async () => {
    const built = await kernelkit(['build', 'deb:linux-source-6.12', '--arch', 'i386', '--json'], { timeoutMs: 40 * 60_000 })
    expect(built.exitCode).toBe(0)
    const { kernel } = JSON.parse(built.stdout) as { kernel: string }
    const baked = await kernelkit(['bake', '--arch', 'i386', '--json'], { timeoutMs: 10 * 60_000 })
    expect(baked.exitCode).toBe(0)
    const { image, suite } = JSON.parse(baked.stdout) as { image: string; suite: string }
    expect(suite).toBe('bookworm')
    const { exitCode, stdout } = await kernelkit(['run', '--arch', 'i386', '-k', kernel, '--image', image, '--', 'uname', '-m'])
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'i686\n' })
  },
  50 * 60_000,
)
