import { execFileSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { copyFile, mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { debugVmlinux, noDebugSymbols } from './lib/distribution-debug.ts'
import { kernelkit, saidEnough, shell, startKernelkit, testArtifacts, type CommandResult } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'
import { waitUntil } from './lib/processes.ts'
import { onlyFull } from './lib/tiers.ts'
import { expectInDocs } from './lib/transcript.ts'

const { kernel, image, store } = testArtifacts()
const onImage = ['--image', image, '--no-cwd']
const name = `e2e-memory-${process.pid}`
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
  await kernelkit(['run', '--keep', '--name', name, '-k', kernel, ...onImage, '--', 'sh', '-c', 'sleep 100000 & true'])
})
afterAll(async () => {
  await kernelkit(['stop', '--kill', name])
  await rm(directory, { recursive: true, force: true })
})

interface Call {
  readonly function: string | null
  readonly module: string | null
  readonly guessed: boolean
  readonly source: string | null
  readonly line: number | null
}

/** What drgn prints; it reads the dump with libkdumpfile, as a debugger of its own. */
async function drgn(dump: string, vmlinux: string, lines: readonly string[]): Promise<string> {
  const script = join(directory, 'script.py')
  await writeFile(script, `${lines.join('\n')}\n`)
  return execFileSync('drgn', ['-q', '-c', dump, '-s', vmlinux, script], { encoding: 'utf8' })
}

async function beginningOf(path: string, length: number): Promise<string> {
  await using file = await open(path)
  const { buffer } = await file.read(Buffer.alloc(length), 0, length, 0)
  return buffer.toString('latin1')
}

const vmlinux = join(kernel, '..', 'vmlinux')

describe('a VM that was started without a debugger', () => {
  it('inspect shows what each CPU does, with files and lines', async () => {
    const { exitCode, stdout } = await kernelkit(['inspect', name, '--json'])
    expect(exitCode).toBe(0)
    const { cpus, missing } = JSON.parse(stdout) as {
      cpus: readonly { where: string; calls: readonly Call[]; registers: Readonly<Record<string, string>> }[]
      missing: readonly string[]
    }
    const idle = cpus.find(({ where }) => where === 'idle')
    expect(idle?.calls.find((call) => call.function === 'do_idle')).toMatchObject({
      source: 'kernel/sched/idle.c',
      line: expect.any(Number),
    })
    expect(idle?.registers['rip']).toMatch(/^0xffffffff[89a-f]/)
    expect(missing.filter((line) => line.includes('ORC'))).toEqual([])
  })

  it('dump writes a compressed file that drgn opens, and the guest keeps running', async () => {
    const out = join(directory, 'a.vmcore')
    const { exitCode, stdout } = await kernelkit(['dump', name, '--out', out, '--json'])
    expect(exitCode).toBe(0)
    const { bytes, memoryBytes } = JSON.parse(stdout) as { bytes: number; memoryBytes: number }
    expect(await beginningOf(out, 8)).toBe('KDUMP   ')
    expect((await stat(out)).size).toBe(bytes)
    expect(bytes).toBeLessThan(memoryBytes / 4)
    const banner = await drgn(out, vmlinux, ['print(prog.read(prog.symbol("linux_banner").address, 14).decode())'])
    expect(banner).toBe('Linux version \n')
    expect((await kernelkit(['exec', name, '--', 'echo', 'on'])).stdout).toBe('on\n')
  })

  it('dump says where there is no room for it, and leaves nothing there', async ({ skip }) => {
    const mounts = process.getuid?.() === 0 ? 'unshare --mount' : 'unshare --mount --map-root-user'
    skip((await shell(`${mounts} true`)).exitCode !== 0, 'needs a private mount namespace for a small file system')
    const small = join(directory, 'small')
    const script = join(directory, 'small.sh')
    const line = `mkdir ${small}; mount -t tmpfs -o size=1m tmpfs ${small}; "$0" "$1" dump ${name} --out ${small}/a.vmcore; code=$?; ls ${small}; exit $code`
    await writeFile(script, `${line}\n`)
    const { exitCode, stdout, stderr } = await shell(`${mounts} bash -c '. ${script}' ${process.execPath} ${kernelkitBin}`)
    expect([exitCode, stdout]).toEqual([125, ''])
    expect(stderr).toMatch(
      new RegExp(`^DISK_FULL: no space is left for a dump at ${small}: \\d+ MiB are free, and the guest has \\d+ MiB`, 'm'),
    )
  })

  it('dump --elf writes a core as large as the memory', onlyFull('a dump as large as the memory'), async () => {
    const out = join(directory, 'a.elf')
    expect((await kernelkit(['dump', name, '--out', out, '--elf'])).exitCode).toBe(0)
    const notes = execFileSync('readelf', ['-n', out], { encoding: 'utf8' })
    expect(notes).toContain('VMCOREINFO')
    expect((await stat(out)).size).toBeGreaterThan(1024 ** 3)
    await rm(out)
  })
})

it('a panic with --dump-on leaves the memory in the evidence, where drgn reads it, and scripts of the project', async () => {
  const [banner, system] = [join(directory, 'banner.py'), join(directory, 'system.crash')]
  await writeFile(banner, 'print(prog.read(prog.symbol("linux_banner").address, 13).decode())\nprint("\\x1b]0;title")\n')
  await writeFile(system, 'sys\nexit\n')
  const scripts = ['--inspect-script', banner, '--inspect-script', system]
  const words = ['run', '--json', '--dump-on', 'panic,hang', ...scripts, '-k', kernel, ...onImage]
  const { exitCode, stdout, stderr } = await kernelkit([...words, '--', 'sh', '-c', 'echo c > /proc/sysrq-trigger'])
  expect(exitCode).toBe(121)
  const { evidence } = JSON.parse(stdout) as { evidence: { dump: string; inspectScripts: string } }
  expect(stderr).toContain(`memory: crash ${vmlinux} ${evidence.dump} (`)
  expect(await drgn(evidence.dump, vmlinux, ['print(hex(prog.symbol("panic").address))'])).toMatch(/^0xffffffff/)
  const printed = await readFile(evidence.inspectScripts, 'utf8')
  expect(printed).toContain(
    `--- ${banner} (drgn, exit status 0) ---\nLinux version\n\\x1b]0;title\n--- ${system} (crash, exit status 1) ---\n`,
  )
  // crash says itself what it misses.
  expect(printed).toContain('no debugging data available')
  expect(stderr).toContain('Linux version\n\\x1b]0;title\n')
})

it('--inspect-script names the programs that it knows, a file, and needs a memory', async () => {
  const script = join(directory, 'a.sh')
  await writeFile(script, '')
  const refusal = async (...words: readonly string[]) => (await kernelkit(['run', ...words, '--', 'true'])).stderr
  expect(await refusal('--inspect-script', 'a.py')).toMatch(/--inspect-script a\.py needs --dump-on/)
  expect(await refusal('--dump-on', 'panic', '--inspect-script', script)).toMatch(/name ends in \.py, or of crash, in \.crash/)
  const gone = ['--dump-on', 'panic', '--inspect-script', join(directory, 'gone.py')]
  expect(await refusal(...gone, '-k', kernel, ...onImage)).toMatch(/FILE_NOT_FOUND: .*gone\.py does not exist/)
})

it('a run that passes leaves no memory', async () => {
  const { stdout } = await kernelkit(['run', '--json', '--dump-on', 'panic,splat,fail', '-k', kernel, ...onImage, '--', 'true'])
  const { verdict, evidence } = JSON.parse(stdout) as { verdict: string; evidence: { dump: null; directory: string } }
  expect({ verdict, dump: evidence.dump }).toEqual({ verdict: 'pass', dump: null })
  expect(existsSync(join(evidence.directory, 'vmcore'))).toBe(false)
})

// Prints where its pages are, and sleeps.
const pages = `#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
static char *map(size_t size)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}
int main(void)
{
	const size_t large = 2 << 20;
	char *huge = (char *)(((uintptr_t)map(2 * large) + large - 1) & -large);
	char *swapped = map(4096), *without = map(4096), *untouched = map(4096);
	madvise(huge, large, MADV_HUGEPAGE);
	strcpy(huge + 0x12345, "text in a huge page");
	strcpy(swapped, "text in the swap file");
	madvise(swapped, 4096, MADV_PAGEOUT);
	strcpy(without, "text without access");
	mprotect(without, 4096, PROT_NONE);
	printf("%p %p %p %p\\n", huge + 0x12345, swapped, without, untouched);
	fflush(stdout);
	pause();
}
`

// Sleeps in a function of a module.
const tap = `#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sys/ioctl.h>
#include <unistd.h>
int main(void)
{
	char packet[2048];
	struct ifreq request = { .ifr_name = "tap0", .ifr_flags = IFF_TAP };
	int fd = open("/dev/net/tun", O_RDWR);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &request) < 0)
		return 1;
	while (read(fd, packet, sizeof packet) >= 0)
		;
	return 1;
}
`

// As the first process of an initramfs.
const high = `#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
int main(void)
{
	char *text = mmap((void *)0x12345678abc000, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	strcpy(text, "text above 47 bits");
	printf("text at %p\\n", text);
	fflush(stdout);
	for (;;)
		pause();
}
`

describe("a distribution's kernel without its debug symbols", () => {
  const other = `${name}-c`
  const guest = async (script: string) => {
    const { exitCode, stdout, stderr } = await kernelkit(['exec', other, '--', 'sh', '-c', script])
    if (exitCode !== 0) throw new Error(stderr)
    return stdout
  }
  const gdb = (...commands: readonly string[]) =>
    kernelkit(['gdb', other, '--', '-batch', ...commands.flatMap((command) => ['-ex', command])])

  beforeAll(async () => {
    await writeFile(join(directory, 'pages.c'), pages)
    await writeFile(join(directory, 'tap.c'), tap)
    for (const program of ['pages', 'tap']) execFileSync('gcc', ['-static', '-o', program, `${program}.c`], { cwd: directory })
    // More than this machine has below the hole for devices.
    const words = ['-k', 'debian:12/cloud', ...onImage, '--memory', '3G', '-v', `${directory}:/work`]
    const start = 'sleep 100000 & modprobe tun && { /work/tap & } && until [ -d /sys/class/net/tap0 ]; do sleep 0.1; done'
    await kernelkit(['run', '--keep', '--name', other, ...words, '--', 'sh', '-c', start])
  })
  afterAll(() => kernelkit(['stop', '--kill', other]))

  it('inspect and gdb show its functions, those of modules too, tasks and log', async () => {
    const seen = JSON.parse((await kernelkit(['inspect', other, '--json'])).stdout) as {
      readonly cpus: readonly { readonly calls: readonly Call[] }[]
      readonly tasks: readonly { readonly comm: string; readonly calls: readonly Call[] }[]
      readonly log: readonly string[]
      readonly missing: readonly string[]
    }
    expect(seen.cpus.flatMap(({ calls }) => calls.map((call) => call.function))).toContain('do_idle')
    const sleep = seen.tasks.find(({ comm }) => comm === 'sleep')
    expect(sleep?.calls.map((call) => call.function)).toEqual(expect.arrayContaining(['do_nanosleep', 'do_syscall_64']))
    const reader = seen.tasks.find(({ comm }) => comm === 'tap')?.calls ?? []
    // Followed by the module's own table: a guess would be marked.
    expect(reader.map(({ function: name, module, guessed }) => ({ name, module, guessed }))).toEqual(
      expect.arrayContaining([
        { name: 'tun_chr_read_iter', module: 'tun', guessed: false },
        { name: 'vfs_read', module: null, guessed: false },
      ]),
    )
    expect(seen.log[0]).toMatch(/Linux version 6\.1\./)
    expect(seen.missing).toEqual([expect.stringMatching(/^no files and lines/)])
    const { stdout, stderr } = await gdb('kk-ps', 'kk-dmesg', 'kk-bt sleep')
    expect(stderr).toMatch(/gdb has no symbols of this kernel.*kernelkit inspect/)
    expect(stdout).toMatch(/^ +\d+ +\d+ S 0xffff[0-9a-f]+ +sleep$/m)
    expect(stdout).toMatch(/^\[ +0\.0+\] Linux version 6\.1\./m)
  })

  it('gdb reads huge pages and pages without access, and says what is swapped out or was never touched', async () => {
    await guest('dd if=/dev/zero of=/swap bs=1M count=8 2>&1 && chmod 600 /swap && mkswap /swap && swapon /swap')
    await guest('/work/pages >/tmp/pages & sleep 100000 & while ! grep -q x /tmp/pages; do sleep 0.1; done')
    const [huge = '', swapped = '', without = '', untouched = ''] = (await guest('cat /tmp/pages')).trim().split(' ')
    const smaps = await guest('cat /proc/$(pidof pages)/smaps')
    expect(smaps).toMatch(/^AnonHugePages: +2048 kB$/m)
    expect(smaps).toMatch(/^Swap: +4 kB$/m)
    const { stdout, stderr } = await gdb(...[huge, without, swapped, untouched, '0x10'].map((at) => `kk-mem pages ${at} s`))
    expect(stdout).toMatch(/^text in a huge page\ntext without access$/m)
    expect(stderr).toContain(`${swapped} is swapped out`)
    expect(stderr).toContain(`${untouched} is mapped, but not in memory: the process has not touched this page yet`)
    expect(stderr).toContain('0x10 is not mapped')
  })

  // The decompressor of a compressed image switches five levels on (arch/x86/boot/compressed/pgtable_64.c); a vmlinux is entered without it.
  it(
    'gdb reads memory above 47 bits of a guest whose kernel is a bare compressed image',
    onlyFull('a guest more that only a kernel with five levels of page tables needs'),
    async () => {
      const { vms } = JSON.parse((await kernelkit(['ps', '--json'])).stdout) as {
        readonly vms: readonly { readonly name: string; readonly kernel: string }[]
      }
      const booted = vms.find((vm) => vm.name === other)?.kernel ?? ''
      const bare = join(directory, 'bzImage')
      await copyFile(join(booted, '..', 'bzImage'), bare)
      await writeFile(join(directory, 'high.c'), high)
      const initrd = join(directory, 'high.cpio')
      await kernelkit(['initrd', join(directory, 'high.c'), '--compress', 'none', '--out', initrd])
      const five = `${name}-five`
      const boot = startKernelkit(['boot', '--name', five, '-k', bare, '--initrd', initrd, '--cpus', '1'])
      try {
        let at = ''
        await saidEnough(boot, (text) => (at = /text at (0x[0-9a-f]+)\r?\n/.exec(text)?.[1] ?? '') !== '')
        expect(BigInt(at) >> 47n).not.toBe(0n)
        const seen = await kernelkit(['gdb', five, '--', '-batch', '-ex', `kk-mem init ${at} s`])
        expect(seen.stdout).toMatch(/^text above 47 bits$/m)
      } finally {
        await kernelkit(['stop', '--kill', five])
        await boot.result
      }
    },
  )
})

it('--dump-on names the verdicts that it knows', async () => {
  const { exitCode, stderr } = await kernelkit(['run', '--dump-on', 'panics', '--', 'true'])
  expect(exitCode).toBe(125)
  expect(stderr).toMatch(/--dump-on 'panics' .*allowed: panic, hang, splat, timeout, fail/)
})

it("crash and drgn list the tasks in a dump of a distribution's kernel that was moved", onlyFull(noDebugSymbols), async () => {
  const other = `${name}-b`
  try {
    await kernelkit(['run', '--keep', '--name', other, '-k', 'debian:12/cloud', ...onImage, '--', 'sh', '-c', 'sleep 100000 & true'])
    const release = (await kernelkit(['exec', other, '--', 'uname', '-r'])).stdout.trim()
    const symbols = debugVmlinux(store, release)
    const out = join(directory, 'b.vmcore')
    expect((await kernelkit(['dump', other, '--out', out])).exitCode).toBe(0)
    const listed = await drgn(out, symbols, [
      'from drgn.helpers.linux.pid import for_each_task',
      'for task in for_each_task(prog): print(task.comm.string_().decode())',
    ])
    expect(listed.split('\n')).toEqual(expect.arrayContaining(['kthreadd', 'sleep']))
    // Its ps shows nothing of kernels whose struct pid ends with an array without a length (crash before 8.0.4).
    const input = 'list task_struct.tasks -s task_struct.comm -h init_task\nquit\n'
    const shown = execFileSync('crash', ['-s', symbols, out], { input, encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] })
    expect(shown).toMatch(/comm = "kthreadd/)
    expect(shown).toMatch(/comm = "sleep/)
  } finally {
    await kernelkit(['stop', '--kill', other])
  }
})

/** A guest whose command prints `ready`; then the lock of its users is held by nothing, as if its owner had forgotten to give it back. */
async function runAndHoldLock(vm: string, words: readonly string[]): Promise<CommandResult> {
  const run = startKernelkit(words)
  let ended: CommandResult | undefined
  void run.result.then((result) => (ended = result))
  let said = ''
  run.child.stdout?.on('data', (chunk: Buffer) => (said += chunk.toString()))
  await waitUntil('the command runs', () => said.includes('ready\n') || ended !== undefined, 2 * 60_000)
  await kernelkit(['gdb', vm, '--', '-batch', '-ex', 'set {unsigned int}&uidhash_lock = 1'])
  return run.result
}

it('a guest that answers nothing at its time limit is shown as one that hangs', async () => {
  const other = `${name}-e`
  const spin = 'echo ready; while :; do setpriv --reuid 1000 --clear-groups sleep 0.2; done'
  const options = ['--name', other, '-c', '1', '-k', kernel, ...onImage, '--timeout', '6s']
  const { exitCode, stderr } = await runAndHoldLock(other, ['run', ...options, '--', 'sh', '-c', spin])
  expect(exitCode).toBe(124)
  expect(stderr).toMatch(
    /^timeout: .* CPU 0 is in (?:native_)?queued_spin_lock_slowpath \(kernel\/locking\/qspinlock\.c:\d+\), with interrupts off\.\nHint: .*inspect\.txt/m,
  )
})

it(
  'a guest that spins with interrupts off is a hang, whose text has the function and its line',
  onlyFull('a guest that waits for the stall detector; the one above hangs at the same place'),
  async () => {
    const other = `${name}-d`
    // The lock that setuid(2) takes with interrupts off, on one CPU only: the other one is busy, so that its clock ticks, and ends
    // processes, so that RCU waits for both: it notices. A process that stays keeps the user: giving it up takes the lock too, wherever that is done.
    const user = 'taskset -c 0 setpriv --reuid 1000 --clear-groups sleep'
    const spin = `${user} 100000 & taskset -c 1 sh -c 'echo ready; while :; do (:); done' & while :; do ${user} 0.2; done`
    const evidence = join(directory, 'hang')
    const options = [
      '--evidence',
      evidence,
      '--name',
      other,
      '-c',
      '2',
      '--append',
      'rcupdate.rcu_cpu_stall_timeout=3',
      '-k',
      kernel,
      ...onImage,
    ]
    const { exitCode, stderr } = await runAndHoldLock(other, ['run', ...options, '--', 'sh', '-c', spin])
    expect(exitCode).toBe(123)
    expect(stderr).toMatch(
      /^hang: .* CPU \d is in (?:native_)?queued_spin_lock_slowpath \(kernel\/locking\/qspinlock\.c:\d+\), with interrupts off/m,
    )
    expect(stderr).toContain('--- what its CPUs were doing ---')
    // The other CPU may be in the kernel for a moment, too.
    const stuck = /CPU \d is in \S*queued_spin_lock_slowpath \(\S+\), with interrupts off/.exec(stderr)?.[0]
    await expectInDocs('hang', `${stuck}.`)
    expect(await readFile(join(evidence, 'inspect.txt'), 'utf8')).toMatch(/(?:alloc|free)_uid\S* \(kernel\/user\.c:\d+\)$/m)
  },
)
