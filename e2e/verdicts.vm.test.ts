import { copyFile, mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { tmpdir } from 'node:os'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, lastLine, shell, smallGuest, startKernelkit, testArtifacts } from './lib/kernelkit.ts'
import { qemuPids, waitUntil } from './lib/processes.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, image } = testArtifacts()
const onImage = ['run', '-k', kernel, '--image', image, '--no-cwd', ...smallGuest]
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

async function verdictOf(args: readonly string[]) {
  const { exitCode, stderr, stdout } = await kernelkit(args, { cwd: directory })
  return { exitCode, stderr, stdout, verdict: /verdict=(\S+)/.exec(lastLine(stderr))?.[1] }
}

/** A line in the kernel's log, as the kernel would print it. */
const kernelSays = (text: string) => ['--', 'sh', '-c', `echo '${text}' > /dev/kmsg`]
const warning = 'WARNING: CPU: 0 PID: 1 at kernel/foo.c:12 foo+0x1/0x2'

describe('verdicts', () => {
  it.each([0, 1, 255])('passes the status %i on', async (status) => {
    expect(await verdictOf([...onImage, '--', 'sh', '-c', `exit ${status}`])).toMatchObject({
      exitCode: status,
      verdict: status === 0 ? 'pass' : 'fail',
    })
  })

  it('is splat when the kernel complained during a passing command, unless that is known', async () => {
    expect(await verdictOf([...onImage, '--json', ...kernelSays(warning)])).toMatchObject({
      exitCode: 122,
      verdict: 'splat',
      stdout: expect.stringMatching(/"kind": "warning"/),
      stderr: expect.stringContaining('kernel/foo.c:12'),
    })
    await writeFile(join(directory, 'known'), '# known\nfoo\\.c:12\n')
    expect(await verdictOf([...onImage, '--allow', 'known', ...kernelSays(warning)])).toMatchObject({ exitCode: 0, verdict: 'pass' })
    expect(await verdictOf([...onImage, '--fail-on', 'kasan,oops', ...kernelSays(warning)])).toMatchObject({ exitCode: 0, verdict: 'pass' })
  })

  // Neither leaves a mark in the kernel's taint. The kernel's own error: what a program writes to /dev/kmsg is not the kernel's.
  it.each([
    ['lets the console show nothing meanwhile', [], 'echo 1 > /proc/sys/kernel/printk', 'echo 7 > /proc/sys/kernel/printk'],
    ['has a console that shows nothing from the start', ['--append', 'loglevel=1'], 'true', 'true'],
  ])('is splat when the kernel complained during a passing command that %s', async (_title, options, before, after) => {
    const script = `${before}; echo why > /sys/fs/ext4/vda/trigger_fs_error; ${after}`
    const { verdict, exitCode, stderr } = await verdictOf([...onImage, ...options, '--', 'sh', '-c', script])
    expect({ verdict, exitCode }).toEqual({ verdict: 'splat', exitCode: 122 })
    const [, log = '', line = '0'] = /^(.*):(\d+): EXT4-fs error in trigger_test_error$/m.exec(stderr) ?? []
    const console = (await readFile(log, 'utf8')).split('\n')
    expect(console.slice(Number(line) - 2, Number(line))).toEqual([
      'kernelkit: the console does not show what the kernel has logged here:',
      expect.stringMatching(/^\[ +\d+\.\d{6}\] EXT4-fs error \(device vda\): trigger_test_error:\d+: comm sh: why$/),
    ])
  })

  it('is that of a command which ended before its limit, whatever a process that it left behind still writes', async () => {
    const script = '(while :; do echo x; sleep 0.2; done) & echo main'
    const { exitCode, verdict, stderr } = await verdictOf([...onImage, '--timeout', '5s', '--', 'sh', '-c', script])
    expect({ exitCode, verdict }).toEqual({ exitCode: 0, verdict: 'pass' })
    expect(stderr).toContain('a process that it started still has its output open')
  })

  it('is timeout for a command that ends after its limit, however soon', async () => {
    expect(await verdictOf([...onImage, '--timeout', '1ms', '--', 'sleep', '0.9'])).toMatchObject({ exitCode: 124, verdict: 'timeout' })
  })

  it('is pass for a command that prints the kernel log and its version where the kernel prints', async () => {
    const script = 'dmesg > /dev/console; cat /proc/version > /dev/kmsg; sleep 0.5; echo alive'
    expect(await verdictOf([...onImage, '--', 'sh', '-c', script])).toMatchObject({ exitCode: 0, verdict: 'pass', stdout: 'alive\n' })
  })

  it('is splat when the kernel complained, unseen, before the guest ended as expected', async () => {
    // The shell's own: no program can be read from a file system that has failed.
    const wait = 'i=0; while [ $i -lt 400000 ]; do i=$((i + 1)); done'
    const script = `echo 1 > /proc/sys/kernel/printk; echo why > /sys/fs/ext4/vda/trigger_fs_error; ${wait}; echo o > /proc/sysrq-trigger; ${wait}`
    expect(await verdictOf([...onImage, '--expect', 'poweroff', '--', 'sh', '-c', script])).toMatchObject({
      verdict: 'splat',
      exitCode: 122,
      stderr: expect.stringContaining('powered off, as expected, but the kernel reported: EXT4-fs error in trigger_test_error'),
    })
  })

  it('is hang when the guest lets its watchdog expire', async () => {
    const armed = ['--watchdog', 'poweroff', '--append', 'i6300esb.heartbeat=3', '--', 'sh', '-c', 'exec 3>/dev/watchdog; sleep 100000']
    expect(await verdictOf([...onImage, ...armed])).toMatchObject({
      exitCode: 123,
      verdict: 'hang',
      stderr: expect.stringContaining('the guest let its watchdog expire'),
    })
  })

  // The configuration has them; without its first call a driver is not there, as in a kernel of unknown configuration that lacks it.
  it.each([
    ['cannot mount the working directory', 'init_v9fs', /this kernel lacks CONFIG_9P_FS: cannot mount share cwd.*\n.*--no-cwd/],
    [
      'has no channel either to say that it cannot mount it',
      'init_v9fs,virtio_console_init',
      /this kernel lacks CONFIG_9P_FS, CONFIG_VIRTIO_CONSOLE: cannot mount share cwd.*\n.*--config 9P_FS=y --config VIRTIO_CONSOLE=y/,
    ],
    ['has no channel for its agent', 'virtio_console_init', /this kernel lacks CONFIG_VIRTIO_CONSOLE: there is no port to the host/],
  ])('is config-fail, which a bisection skips, when only the guest shows that its kernel %s', async (_, calls, seen) => {
    const lacking = ['--append', `initcall_blacklist=${calls}`, '--status', 'simple', '--', 'true']
    expect(await verdictOf(['run', '-k', kernel, '--image', image, ...smallGuest, ...lacking])).toMatchObject({
      exitCode: 125,
      verdict: 'config-fail',
      stderr: expect.stringMatching(seen),
    })
  })

  it.each([
    ['poweroff', 'o', { exitCode: 0, verdict: 'pass' }],
    ['reboot', 'b', { exitCode: 0, verdict: 'pass' }],
    ['poweroff', 'b', { exitCode: 1, verdict: 'fail', stderr: expect.stringContaining('it was to power off') }],
  ])('with --expect %s is decided by how the guest ends: sysrq %s', async (end, key, seen) => {
    const command = ['sh', '-c', `echo ${key} > /proc/sysrq-trigger; sleep 100000`]
    expect(await verdictOf([...onImage, '--expect', end, '--', ...command])).toMatchObject(seen)
  })

  it(
    'is decided by a guest that has powered off, although QEMU keeps its machine (-no-shutdown)',
    onlyFull('two guests more, with a rare flag of QEMU'),
    async () => {
      const keeping = [...onImage, '--qemu-arg', '-no-shutdown']
      const off = ['--', 'sh', '-c', 'echo o > /proc/sysrq-trigger; sleep 100000']
      expect(await verdictOf([...keeping, ...off])).toMatchObject({ exitCode: 119, verdict: 'vm-lost' })
      expect(await verdictOf([...keeping, '--expect', 'poweroff', ...off])).toMatchObject({ exitCode: 0, verdict: 'pass' })
    },
  )

  it('does not take the output of a program for a report', async () => {
    expect(await verdictOf([...onImage, '--', 'sh', '-c', `echo '${warning}'; echo '${warning}' >&2`])).toMatchObject({
      exitCode: 0,
      verdict: 'pass',
    })
  })

  it('is vm-lost when the guest powers off, or QEMU dies, under the command', async () => {
    expect(await verdictOf([...onImage, '--', 'sh', '-c', 'echo o > /proc/sysrq-trigger; sleep 60'])).toMatchObject({
      exitCode: 119,
      verdict: 'vm-lost',
    })
    const name = `e2e-lost-${process.pid}`
    const { child, result } = startKernelkit([...onImage, '--name', name, '--', 'sh', '-c', 'echo up; sleep 1000'], { cwd: directory })
    const output: string[] = []
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    await waitUntil('the command runs', () => output.join('').includes('up'))
    for (const pid of await qemuPids(name)) process.kill(pid, 'SIGKILL')
    const { exitCode, stderr } = await result
    expect(exitCode).toBe(119)
    expect(stderr).toMatch(/QEMU was killed by SIGKILL/)
  })

  it('is boot-fail when the root cannot be mounted, and when the guest is late', async () => {
    const broken = join(directory, 'broken.ext4')
    const superblock = Buffer.alloc(2048)
    superblock.writeUInt16LE(0xef53, 0x438)
    await writeFile(broken, superblock)
    await truncate(broken, 2 ** 20)
    const unmountable = await verdictOf(['run', '-k', kernel, '--no-cwd', '--image', broken, '--', 'true'])
    expect(unmountable).toMatchObject({ exitCode: 120, verdict: 'boot-fail', stderr: expect.stringMatching(/cannot mount the root/) })
    expect(await verdictOf([...onImage, '--boot-timeout', '200ms', '--', 'true'])).toMatchObject({
      exitCode: 120,
      verdict: 'boot-fail',
      stderr: expect.stringMatching(/--boot-timeout/),
    })
  })

  it('is config-fail before anything starts when the kernel lacks what the root needs', async () => {
    const own = join(directory, 'kernel')
    await shell(`mkdir -p ${own} && cp ${kernel} ${own}/bzImage`)
    const config = await readFile(join(dirname(kernel), '.config'), 'utf8').catch(() =>
      readFile(join(dirname(kernel), '../../../.config'), 'utf8'),
    )
    await writeFile(join(own, 'config'), config.replace('CONFIG_9P_FS=y', '# CONFIG_9P_FS is not set'))
    const { exitCode, verdict, stderr } = await verdictOf(['run', '-k', join(own, 'bzImage'), '--root', 'host', '--', 'true'])
    expect({ exitCode, verdict }).toEqual({ exitCode: 125, verdict: 'config-fail' })
    expect(stderr).toMatch(/CONFIG_9P_FS/)
    expect(stderr).toMatch(/--config 9P_FS=y/)
  })

  it('is one of 0, 1, 124 and 125 with --status simple', async () => {
    const simple = async (...args: readonly string[]) => (await verdictOf([...onImage, '--status', 'simple', ...args])).exitCode
    expect(await simple('--', 'sh', '-c', 'exit 7')).toBe(1)
    expect(await simple('--', 'sh', '-c', 'echo c > /proc/sysrq-trigger')).toBe(1)
    expect(await simple('--timeout', '1s', '--', 'sleep', '100')).toBe(124)
    expect(await simple('--cpus', '0', '--', 'true')).toBe(125)
  })

  it('refuses a kernel command line that is too long', async () => {
    expect(await verdictOf([...onImage, '--append', `x=${'y'.repeat(2048)}`, '--', 'true'])).toMatchObject({
      exitCode: 125,
      stderr: expect.stringMatching(/CMDLINE_TOO_LONG/),
    })
  })
})

describe('the ways of booting', () => {
  it.each(['microvm', 'q35', 'pc'])('boots on %s', async (machine) => {
    expect(await verdictOf([...onImage, '--machine', machine, '--', 'true'])).toMatchObject({ exitCode: 0 })
  })

  it('boots one emulated CPU on a machine whose HPET ticks, and its clocks go right', async () => {
    const tick = 'cat /sys/devices/system/clockevents/clockevent0/current_device; { time -p sleep 1; } 2>&1'
    const { exitCode, stdout, stderr } = await verdictOf([...onImage, '--accel', 'tcg', '--cpus', '1', '--', 'bash', '-c', tick])
    expect(stderr).toMatch(/^machine q35 \(the fastest for one emulated CPU/m)
    expect([exitCode, stdout.split('\n')[0]]).toEqual([0, 'hpet'])
    expect(Number(/^real ([\d.]+)$/m.exec(stdout)?.[1])).toBeGreaterThanOrEqual(1)
  })

  it('boots a bzImage alone, its configuration read from inside', async () => {
    const alone = join(directory, 'alone')
    await copyFile(kernel, alone)
    const { exitCode, stderr } = await verdictOf(['run', '-k', alone, '--image', image, '--', 'true'])
    expect(exitCode).toBe(0)
    expect(stderr).toMatch(/^machine microvm/m)
  })

  it('waits for systemd and runs next to it', onlyFull('a guest with systemd; e2e/keep.vm.test.ts has one'), async () => {
    const { exitCode, stdout } = await verdictOf([
      ...onImage,
      '--init',
      'systemd',
      '--',
      'sh',
      '-c',
      'cat /proc/1/comm; systemctl is-system-running',
    ])
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'systemd\nrunning\n' })
  })

  it('keeps what is written with --persist, and gives a second disk', async () => {
    const own = join(directory, 'own.ext4')
    await shell(`cp --sparse=always ${image} ${own} && truncate -s 8M ${directory}/second`)
    const onOwn = ['run', '-k', kernel, '--image', own, '--no-cwd', '--persist']
    expect(
      (await verdictOf([...onOwn, '--disk', 'second', '--', 'sh', '-c', 'echo kept > /root/kept; echo two > /dev/vdb'])).exitCode,
    ).toBe(0)
    expect(await verdictOf([...onOwn, '--', 'cat', '/root/kept'])).toMatchObject({ exitCode: 0, stdout: 'kept\n' })
    expect((await readFile(join(directory, 'second'))).subarray(0, 4).toString()).toBe('two\n')
  })
})
