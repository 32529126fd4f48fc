import { chmod, mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, startProgram, testArtifacts, type CommandResult } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'
import { writeProjects } from './runners/projects.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, image } = testArtifacts()
const vm = `runners-${process.pid}`
let directory: string
/** Of the user; the guest gets it with the root of the host. */
let home: string

/** A runner as a user starts it, `kernelkit` on PATH. */
function runner(project: string, argv: readonly [string, ...string[]], env: Readonly<Record<string, string>> = {}): Promise<CommandResult> {
  return startProgram(argv, {
    cwd: join(directory, project),
    env: { PATH: `${directory}/bin:${process.env['PATH'] ?? ''}`, WANTED_HOST: vm, ...env },
  }).result
}

beforeAll(async () => {
  directory = await mkdtemp('/var/tmp/kernelkit-runners-')
  await writeProjects(directory, [process.execPath, kernelkitBin])
  home = await mkdtemp('/var/tmp/kernelkit-home-')
  const kept = await kernelkit(['run', '--keep', '--name', vm, '-k', kernel, '--root', 'host', '--', 'true'], {
    cwd: directory,
    env: { HOME: home },
  })
  if (kept.exitCode !== 0) throw new Error(kept.stderr)
})

afterAll(async () => {
  await kernelkit(['stop', vm])
  for (const made of [directory, home]) await rm(made, { recursive: true, force: true })
})

describe('kernelkit exec-wrapper in a VM that was kept in a directory above', () => {
  it('runs go test -p 8: results, testdata, skips, and the profile of covered lines', async () => {
    const words = ['-exec', 'kernelkit exec-wrapper', '-p', '8', '-v', '-coverprofile=cover.out', './...'] as const
    const { exitCode, stdout, stderr } = await runner('go', ['go', 'test', ...words], {
      GOFLAGS: '-mod=mod',
      GOCACHE: join(directory, 'cache'),
    })
    expect(stdout + stderr).toContain('--- PASS: TestPasses')
    expect(stdout).toMatch(/ok\s+example\.org\/wrapped\/a\s/)
    expect(stdout).toContain('--- FAIL: TestFails')
    expect(stdout).toMatch(/FAIL\s+example\.org\/wrapped\/b\s/)
    expect(stdout).toContain('why not')
    expect(exitCode).toBe(1)
    expect(await readFile(join(directory, 'go/cover.out'), 'utf8')).toMatch(/^mode: set\nexample\.org\/wrapped\/a\/a\.go:.* 1$/m)
  })

  it('runs the tests of a crate as its runner', onlyFull('one more runner of tests'), async () => {
    const { exitCode, stdout } = await runner('cargo', ['cargo', 'test', '--offline', '--lib'], {
      CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER: 'kernelkit exec-wrapper',
    })
    expect(stdout).toContain('test tests::passes ... ok')
    expect(stdout).toContain('test tests::fails ... FAILED')
    expect(exitCode).toBe(101)
  })

  it(
    'sees a test that was built again after the VM was started',
    onlyFull('one more runner of tests; a program that was replaced is tested below'),
    async () => {
      const source = join(directory, 'cargo/src/lib.rs')
      await writeFile(source, (await readFile(source, 'utf8')).replace('panic!("on purpose");', ''))
      const { exitCode, stdout } = await runner('cargo', ['cargo', 'test', '--offline', '--lib'], {
        CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUNNER: 'kernelkit exec-wrapper',
      })
      expect(stdout).toContain('test tests::fails ... ok')
      expect(exitCode).toBe(0)
    },
  )

  it('sees a program of the home that was replaced since it ran', async () => {
    const run = async (says: string) => {
      await writeFile(join(home, 'new'), `#!/bin/sh\necho ${says}\n`, { mode: 0o755 })
      await rename(join(home, 'new'), join(home, 'tool'))
      return (await runner('go', ['kernelkit', 'exec-wrapper', join(home, 'tool')])).stdout
    }
    expect([await run('one'), await run('two')]).toEqual(['one\n', 'two\n'])
  })

  it('wraps the programs of a Meson project', onlyFull('one more runner of tests'), async () => {
    expect((await runner('meson', ['meson', 'setup', 'build'])).exitCode).toBe(0)
    const { exitCode, stdout } = await runner('meson', ['meson', 'test', '-C', 'build', '--wrap', 'kernelkit exec-wrapper'])
    expect(stdout).toMatch(/passes\s+OK/)
    expect(stdout).toMatch(/fails\s+FAIL .*exit status 3/)
    expect(exitCode).toBe(1)
  })

  it('runs what pytest tests start, and bats whole', onlyFull('two more runners of tests'), async () => {
    const pytest = await runner('pytest', ['pytest-3', '-p', 'no:cacheprovider', '-v'])
    expect(pytest.stdout).toMatch(/test_passes PASSED[^]*test_fails FAILED[^]*returned non-zero exit status 3/)
    expect(pytest.exitCode).toBe(1)
    const bats = await runner('bats', ['kernelkit', 'exec-wrapper', 'bats', '--tap', 'wrapped.bats'])
    expect(bats.stdout).toMatch(/^1\.\.2\nok 1 passes\nnot ok 2 fails\n/)
    expect(bats.exitCode).toBe(1)
  })

  it('passes stdin, a status, and what a signal leaves; says nothing itself', async () => {
    const wrapped = (words: readonly string[], input: string) =>
      startProgram([`${directory}/bin/kernelkit`, 'exec-wrapper', ...words], { cwd: directory, input }).result
    expect(await wrapped(['sh', '-c', 'cat; pwd; exit 7'], 'in\n')).toMatchObject({ exitCode: 7, stdout: `in\n${directory}\n`, stderr: '' })
    expect(await wrapped(['sh', '-c', 'kill -SEGV $$'], '')).toMatchObject({ exitCode: 139 })
  })

  it('refuses a program that was removed, and says which', async () => {
    const { exitCode, stderr } = await runner('go', ['kernelkit', 'exec-wrapper', '/tmp/go-build0/b001/gone.test', '-test.v'])
    expect(stderr).toContain('PROGRAM_MISSING: the program /tmp/go-build0/b001/gone.test does not exist')
    expect(exitCode).toBe(125)
  })

  it('has the status of a splat when the program passes and the kernel reports a fault', async () => {
    const warning = 'WARNING: CPU: 0 PID: 1 at lib/frob.c:3 frob+0x1/0x2'
    // The mark that a warning leaves (W): without it the lines in the log are those of a program.
    const mark = 'echo 512 >/proc/sys/kernel/tainted'
    const wrapped = (line: string) => runner('.', ['kernelkit', 'exec-wrapper', 'sh', '-c', line])
    expect(await wrapped(`echo "${warning}" >/dev/kmsg`)).toMatchObject({ exitCode: 0, stderr: '' })
    const { exitCode, stderr } = await wrapped(`echo "${warning}" >/dev/kmsg; ${mark}`)
    expect(stderr).toContain('WARNING in frob')
    expect(exitCode).toBe(122)
    // A file system's error leaves no mark.
    const failed = await wrapped(
      'echo "EXT4-fs error (device vda): ext4_lookup:1855: inode #2: comm ls: deleted inode referenced: 12" >/dev/kmsg',
    )
    expect({ exitCode: failed.exitCode, stderr: failed.stderr }).toEqual({
      exitCode: 122,
      stderr: expect.stringContaining('EXT4') as unknown,
    })
    expect(await wrapped('true')).toMatchObject({ exitCode: 0, stderr: '' })
  })
})

describe('kernelkit exec-wrapper in a VM whose file system fails under the program', () => {
  it("has the status of a splat, by a report that the console does not show, although the program's copy cannot be removed", async () => {
    const name = `failing-${process.pid}`
    const at = await mkdtemp('/var/tmp/kernelkit-failing-')
    try {
      const levels = '/proc/sys/kernel/printk'
      const program = join(at, 'program')
      await writeFile(program, `#!/bin/sh\necho 1 >${levels}; echo why >/sys/fs/ext4/vda/trigger_fs_error; echo 7 >${levels}\n`, {
        mode: 0o755,
      })
      const kept = await kernelkit(['run', '--keep', '--name', name, '-k', kernel, '--image', image, '--no-cwd', '--', 'true'])
      expect(kept).toMatchObject({ exitCode: 0 })
      expect(await kernelkit(['exec-wrapper', '--vm', name, program], { cwd: '/' })).toMatchObject({
        exitCode: 122,
        stdout: '',
        stderr: expect.stringMatching(/^\S+console\.log:\d+: EXT4-fs error in trigger_test_error\n.*\n$/),
      })
      expect(await kernelkit(['exec-wrapper', '--vm', name, program], { cwd: '/' })).toMatchObject({
        exitCode: 125,
        stderr: expect.stringContaining(`NOT_CARRIED: ${program} cannot be copied into the guest`),
      })
    } finally {
      await kernelkit(['stop', name])
      await rm(at, { recursive: true })
    }
  })
})

describe('kernelkit exec-wrapper without a kept VM', () => {
  it('boots one, copies the program and named files in and back, keeps core files', async () => {
    const at = await mkdtemp('/tmp/kernelkit-own-')
    try {
      const program = join(at, 'program')
      await writeFile(program, '#!/bin/sh\ncat "$1"; echo result >"${2#--out=}"; sh -c "kill -SEGV \\$\\$"; exit 3\n')
      await chmod(program, 0o755)
      await writeFile(join(at, 'in'), 'carried\n')
      const options = ['--vm', 'none', '-k', kernel, '--root', 'host', '--artifacts', join(directory, 'out'), '--core-dumps']
      const words = [...options, program, join(at, 'in'), `--out=${at}/result`]
      const { exitCode, stdout, stderr } = await runner('.', ['kernelkit', 'exec-wrapper', ...words])
      expect({ exitCode, stdout }).toEqual({ exitCode: 3, stdout: 'carried\n' })
      expect(stderr).not.toMatch(/verdict=|is a file of this host/)
      expect(await readFile(join(at, 'result'), 'utf8')).toBe('result\n')
      const [core = ''] = await readdir(join(directory, 'out'))
      expect(core).toMatch(/^core\.sh\.\d+$/)
      expect((await readFile(join(directory, 'out', core))).subarray(0, 4).toString('latin1')).toBe('\u007fELF')
    } finally {
      await rm(at, { recursive: true })
    }
  })
})
