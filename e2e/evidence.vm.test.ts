import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, shell, testArtifacts } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'

const { kernel, image } = testArtifacts()
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

interface Document {
  readonly reports: readonly unknown[]
  readonly allowed: readonly Readonly<Record<string, unknown>>[]
  readonly evidence: Readonly<Record<string, string | null>>
}

const warning = 'WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2'
/** From boot to boot the same but for the time. */
const withoutStamp = (line: string) => line.replace(/^\[ *[\d.]+\] /, '')
const commandLineOf = (log: string) =>
  log
    .split(/\r*\n/)
    .map(withoutStamp)
    .find((line) => line.startsWith('Command line: '))

describe('the evidence of a run', () => {
  const command = `cat seen; echo '${warning}' > /dev/kmsg; touch changed /run/kernelkit/artifacts/made; exit 3`

  it('is in one directory that the document names', async () => {
    const work = join(directory, 'work')
    await mkdir(work)
    await writeFile(join(work, 'seen'), 'the file of the working directory\n')
    await writeFile(join(work, 'known'), 'foo\\.c:12  # the test makes it\nnever\n')
    const args = ['-k', kernel, '--image', image, '--evidence', 'kept', '--artifacts', 'out', '--allow', 'known', '-e', 'SECRET=hush']
    const { exitCode, stdout, stderr } = await kernelkit(['run', '--json', ...args, '--', 'sh', '-c', command], { cwd: work })
    expect(exitCode).toBe(3)
    const { evidence, reports, allowed } = JSON.parse(stdout) as Document
    const kept = join(work, 'kept')
    const text = (name: string) => readFile(join(kept, name), 'utf8')
    expect((await readdir(kept)).toSorted()).toEqual(
      [
        'config',
        'console.log',
        'console.timed.log',
        'junit.xml',
        'qemu.txt',
        'replay.cpio',
        'replay.sh',
        'reports.json',
        'reports.txt',
        'result.json',
        'stderr',
        'stdout',
      ].toSorted(),
    )
    expect(Object.values(evidence).every((path) => path === null || path.startsWith(kept))).toBe(true)
    expect(await text('result.json')).toBe(stdout)
    expect(JSON.parse(await text('reports.json'))).toEqual(reports)
    expect(await text('reports.txt')).toContain('kernel/foo.c:12')
    expect(await text('junit.xml')).toContain('the command exited with status 3.')
    expect(await text('config')).toContain('CONFIG_9P_FS=y')
    expect(await text('qemu.txt')).toMatch(/qemu-system-x86_64 .*fd=3/)
    const [raw, timed] = [await text('console.log'), await text('console.timed.log')]
    const lines = timed.trimEnd().split('\n')
    expect(lines.every((line) => /^\d{4}-\d\d-\d\dT[\d:.]+Z +\d+\.\d{3} /.test(line))).toBe(true)
    expect(lines.map((line) => line.replace(/^\S+ +[\d.]+ /, ''))).toEqual(raw.replaceAll('\r', '').trimEnd().split('\n'))
    // What a list of known reports was good for.
    expect(allowed.map(({ line, matched, reason }) => [line, matched, reason])).toEqual([
      [1, 1, 'the test makes it'],
      [2, 0, null],
    ])
    expect(stderr).toMatch(/--allow known:1 allowed 1 report \(the test makes it\)/)
    expect(stderr).toMatch(/--allow known:2 allowed nothing/)
    expect(stderr).toMatch(/no reason on line 2/)
    const contents = await Promise.all((await readdir(kept)).map(text))
    expect(contents.filter((content) => content.includes('hush'))).toEqual([])
  })

  it('boots the same again by QEMU alone, and writes nothing', async () => {
    const work = join(directory, 'work')
    const { exitCode, stdout } = await shell('rm -f out/made; sh kept/replay.sh < /dev/null', { cwd: work })
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(
      /the file of the working directory[^]*WARNING: CPU: 0 PID: 1 at kernel\/foo\.c:12[^]*kernelkit: command ended with 3/,
    )
    expect(commandLineOf(stdout)).toBe(
      commandLineOf(await readFile(join(work, 'kept/console.log'), 'utf8'))?.replace(/(artifacts),rw/, '$1,cow'),
    )
    expect(await readdir(join(work, 'out'))).toEqual([])
    expect(await readdir(work)).not.toContain('changed')
  })

  it('shows what went wrong when nothing could be booted', async () => {
    const args = ['-k', kernel, '--image', image, '--no-cwd', '--evidence', 'refused', '--qemu-arg=-nosuch']
    const { exitCode, stdout } = await kernelkit(['run', '--json', ...args, '--', 'true'], { cwd: directory })
    expect({ exitCode, result: await readFile(join(directory, 'refused', 'result.json'), 'utf8') }).toEqual({
      exitCode: 125,
      result: stdout,
    })
    expect(stdout).toMatch(/nosuch/)
    const early = await kernelkit(['run', '--json', '-k', '/nosuch', '--evidence', 'refused', '--', 'true'], { cwd: directory })
    expect(await readFile(join(directory, 'refused', 'result.json'), 'utf8')).toBe(early.stdout)
    // Nothing of the run before.
    expect(await readdir(join(directory, 'refused'))).toEqual(['result.json'])
  })

  it('ends the VM at once when there is no room for it', async ({ skip }) => {
    const mounts = process.getuid?.() === 0 ? 'unshare --mount' : 'unshare --mount --map-root-user'
    skip((await shell(`${mounts} true`)).exitCode !== 0, 'needs a private mount namespace for a small file system')
    const small = join(directory, 'small')
    const script = join(directory, 'small.sh')
    // The kernel's configuration alone is larger.
    const run = `run -k ${kernel} --image ${image} --name no-room --evidence ${small} -- sleep 100000`
    await writeFile(script, `mkdir -p ${small}; mount -t tmpfs -o size=24k tmpfs ${small}; "$0" "$1" ${run}\n`)
    const { exitCode, stderr } = await shell(`${mounts} bash -c '. ${script}' ${process.execPath} ${kernelkitBin}`)
    expect([exitCode, stderr]).toEqual([125, expect.stringMatching(/^DISK_FULL: /m)])
    expect((await kernelkit(['ps'])).stdout).not.toContain('no-room')
    expect((await shell("grep -la 'hostname=[n]o-room' /proc/[0-9]*/cmdline")).stdout).toBe('')
  })

  it('is complete, and the run DISK_FULL, when an output of ours cannot be written', async () => {
    const args = `-k ${kernel} --image ${image} --no-cwd`
    const [early, late] = await Promise.all([
      shell(`kernelkit run ${args} --evidence full-stdout -- sh -c 'echo out; sleep 100000' > /dev/full`, { cwd: directory }),
      shell(`kernelkit run --json ${args} --evidence full-json -- true > /dev/full`, { cwd: directory }),
    ])
    for (const { exitCode, stderr } of [early, late]) {
      expect([exitCode, stderr]).toEqual([125, expect.stringContaining('DISK_FULL: no space is left at /dev/full.\n')])
      expect(stderr.match(/^kernelkit: verdict=.*$/gm)).toEqual(['kernelkit: verdict=infra-fail exit=125 code=DISK_FULL'])
    }
    expect(JSON.parse(await readFile(join(directory, 'full-stdout', 'result.json'), 'utf8'))).toMatchObject({
      error: { code: 'DISK_FULL' },
      exitCode: 125,
    })
    expect(JSON.parse(await readFile(join(directory, 'full-json', 'result.json'), 'utf8'))).toMatchObject({ verdict: 'pass' })
  })

  it('names the JUnit file that does not fit, and leaves no part of it', async ({ skip }) => {
    const mounts = process.getuid?.() === 0 ? 'unshare --mount' : 'unshare --mount --map-root-user'
    skip((await shell(`${mounts} true`)).exitCode !== 0, 'needs a private mount namespace for a small file system')
    const small = join(directory, 'small-junit')
    const script = join(directory, 'small-junit.sh')
    const run = `run -k ${kernel} --image ${image} --no-cwd --evidence ${join(directory, 'junit')} --junit ${small}/r.xml -- true`
    await writeFile(
      script,
      `mkdir -p ${small}; mount -t tmpfs -o size=4k tmpfs ${small}; head -c 4096 /dev/zero > ${small}/fill; "$0" "$1" ${run}; code=$?; ls ${small}; exit $code\n`,
    )
    const { exitCode, stdout, stderr } = await shell(`${mounts} bash -c '. ${script}' ${process.execPath} ${kernelkitBin}`)
    expect([exitCode, stdout, stderr]).toEqual([125, 'fill\n', expect.stringContaining(`DISK_FULL: no space is left at ${small}/r.xml.`)])
  })

  it('of boot is in one directory, too', async () => {
    const { exitCode, stdout } = await kernelkit(['boot', '--json', '-k', kernel, '--root', 'none', '--evidence', 'boot'], {
      cwd: directory,
    })
    const { evidence } = JSON.parse(stdout) as Document
    // Its shell reads the end of its input.
    expect({ exitCode, result: await readFile(evidence['result'] ?? '', 'utf8') }).toEqual({ exitCode: 0, result: stdout })
    expect((await readdir(join(directory, 'boot'))).toSorted()).toEqual([
      'config',
      'console.log',
      'console.timed.log',
      'qemu.txt',
      'replay.sh',
      'result.json',
    ])
  })
})
