import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, testArtifacts } from './lib/kernelkit.ts'

const { kernel } = testArtifacts()
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
  const program = [
    '#include <stdio.h>',
    '#include <sys/reboot.h>',
    '#include <unistd.h>',
    'int main(void) {',
    '  printf("hello from init %d\\n", getpid());',
    '  fflush(stdout);',
    '  return reboot(RB_POWER_OFF);',
    '}',
  ]
  await writeFile(join(directory, 'hello.c'), `${program.join('\n')}\n`)
})

afterAll(() => rm(directory, { recursive: true, force: true }))

describe('kernelkit initrd', () => {
  it('makes of one C file an initramfs whose line is shown and whose power-off ends the run', async () => {
    const made = await kernelkit(['initrd', 'hello.c', '--out', 'x.gz'], { cwd: directory })
    expect(made).toMatchObject({ exitCode: 0 })
    const booted = await kernelkit(['boot', '-k', kernel, '--initrd', 'x.gz'], { cwd: directory })
    expect(`${booted.stdout}${booted.stderr}`).toContain('hello from init 1')
    expect(booted.exitCode).toBe(0)
  })

  it('gives the same bytes for the same file', async () => {
    await kernelkit(['initrd', 'hello.c', '--out', 'a.gz'], { cwd: directory })
    await kernelkit(['initrd', 'hello.c', '--out', 'b.gz'], { cwd: directory })
    expect((await readFile(join(directory, 'a.gz'))).equals(await readFile(join(directory, 'b.gz')))).toBe(true)
  })

  it('shows what the compiler says of a broken program, and writes nothing', async () => {
    await writeFile(join(directory, 'broken.c'), 'int main(void) { return nothing; }\n')
    const { exitCode, stderr } = await kernelkit(['initrd', 'broken.c', '--out', 'broken.gz'], { cwd: directory })
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/broken\.c:1/)
    await expect(readFile(join(directory, 'broken.gz'))).rejects.toThrow('ENOENT')
  })
})
