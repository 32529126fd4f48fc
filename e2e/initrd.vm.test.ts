import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, testArtifacts } from './lib/kernelkit.ts'

const { kernel } = testArtifacts()
let folder = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
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
  await writeFile(join(folder, 'hello.c'), `${program.join('\n')}\n`)
})

afterAll(() => rm(folder, { recursive: true, force: true }))

describe('kernelkit initrd', () => {
  it('makes of one C file an initramfs whose line is shown and whose power-off ends the run', async () => {
    const made = await kernelkit(['initrd', 'hello.c', '--out', 'x.gz'], { cwd: folder })
    expect(made).toMatchObject({ exitCode: 0 })
    const booted = await kernelkit(['boot', '-k', kernel, '--initrd', 'x.gz'], { cwd: folder })
    expect(`${booted.stdout}${booted.stderr}`).toContain('hello from init 1')
    expect(booted.exitCode).toBe(0)
  })

  it('gives the same bytes for the same file', async () => {
    await kernelkit(['initrd', 'hello.c', '--out', 'a.gz'], { cwd: folder })
    await kernelkit(['initrd', 'hello.c', '--out', 'b.gz'], { cwd: folder })
    expect((await readFile(join(folder, 'a.gz'))).equals(await readFile(join(folder, 'b.gz')))).toBe(true)
  })

  it('shows what the compiler says of a broken program, and writes nothing', async () => {
    await writeFile(join(folder, 'broken.c'), 'int main(void) { return nothing; }\n')
    const { exitCode, stderr } = await kernelkit(['initrd', 'broken.c', '--out', 'broken.gz'], { cwd: folder })
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/broken\.c:1/)
    await expect(readFile(join(folder, 'broken.gz'))).rejects.toThrow('ENOENT')
  })
})
