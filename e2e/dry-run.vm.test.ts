import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kernelkit, startProgram, testArtifacts } from './lib/kernelkit.ts'
import { waitUntil } from './lib/processes.ts'

const { kernel, image } = testArtifacts()

describe('kernelkit run --dry-run', () => {
  it('shows a QEMU command line that boots the same VM when it is pasted', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
    try {
      const { exitCode, stdout } = await kernelkit(['run', '--dry-run', '--json', '-k', kernel, '--image', image, '--', 'true'], {
        cwd: directory,
      })
      expect(exitCode).toBe(0)
      const { qemu } = JSON.parse(stdout) as { qemu: [string, ...string[]] }
      expect(qemu[0]).toMatch(/qemu-system-x86_64$/)
      const { child, result } = startProgram(qemu, { cwd: directory })
      const output: string[] = []
      child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
      result.catch(() => {})
      try {
        await waitUntil('the pasted VM has mounted its root', () => /EXT4-fs .*mounted|Run \S*init/.test(output.join('')))
      } finally {
        child.kill('SIGKILL')
        await result
      }
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  it('makes no artifacts directory, but prints the command that does', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
    try {
      const { stdout } = await kernelkit(['run', '--dry-run', '-k', kernel, '--image', image, '--artifacts', 'out put', '--', 'true'], {
        cwd: directory,
      })
      expect(stdout).toContain(`\nmkdir -p '${join(directory, 'out put')}'\n`)
      expect(await readdir(directory)).toEqual([])
    } finally {
      await rm(directory, { recursive: true, force: true })
    }
  })

  it('starts nothing and names kernel, root and reason', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['run', '--dry-run', '-k', kernel, '--image', image, '--', 'true'])
    expect(exitCode).toBe(0)
    expect(stdout).toContain(kernel)
    expect(stdout).toContain(image)
    expect(stderr).not.toContain('verdict=')
  })
})
