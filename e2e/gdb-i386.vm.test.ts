import { execFileSync } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noDebugSymbols } from './lib/distribution-debug.ts'
import { kernelkit } from './lib/kernelkit.ts'
import { rareArtifact } from './lib/rare-artifact.ts'
import { onlyFull } from './lib/tiers.ts'

const name = `e2e-gdb-i386-${process.pid}`
// 800 MB of packages are downloaded and unpacked once; gdb reads 300 MiB twice each time.
const limitMs = 20 * 60_000
let directory = ''

afterAll(async () => {
  if (directory === '') return
  await kernelkit(['stop', '--kill', name])
  await rm(directory, { recursive: true, force: true })
})

// Debian's kernel of 32 bits has no BTF: the types come from its debug information.
describe("gdb on an i386 guest with Debian's kernel and its package of debug symbols", onlyFull(noDebugSymbols), () => {
  const asks = (...commands: readonly string[]) =>
    kernelkit(['gdb', name, '--', '-batch', ...commands.flatMap((command) => ['-ex', command])], { timeoutMs: limitMs })

  beforeAll(async () => {
    const baked = await rareArtifact<{ image: string }>(['bake', '--arch', 'i386'], 'image', limitMs)
    directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
    await writeFile(join(directory, 'prog.c'), program)
    // This machine needs no C library of 32 bits for it.
    execFileSync('gcc', ['-m32', '-g', '-O0', '-static', '-nostdlib', '-no-pie', '-fno-pie', '-o', 'prog', 'prog.c'], { cwd: directory })
    const guest = [
      '-k',
      'debian:12',
      '--symbols',
      '--arch',
      'i386',
      '--image',
      baked?.image ?? '',
      '--no-cwd',
      '-v',
      `${directory}:/work`,
      '--boot-timeout',
      '15m',
    ]
    const words = ['run', '--keep', '--name', name, ...guest, '--', 'sh', '-c', '/work/prog & sleep 100000 & true']
    const { exitCode, stderr } = await kernelkit(words, { timeoutMs: limitMs })
    if (exitCode !== 0) throw new Error(stderr)
  }, limitMs)

  it(
    'lists tasks, mappings and the log, shows the stack of a task that sleeps, and reads memory of a process and of the machine',
    async () => {
      const own = (await kernelkit(['exec', name, '--', 'sh', '-c', 'cat /proc/$(pidof sleep)/maps'])).stdout
      const banner = 'kk-phys (long)&linux_banner-0xc0000000 s'
      const { stdout, stderr } = await asks(
        'kk-ps',
        'kk-maps sleep',
        'kk-bt sleep',
        banner,
        'kk-user prog',
        'kk-mem prog &path s',
        'kk-dmesg',
      )
      expect(stdout).toMatch(/^ +\d+ +\d+ S 0x[c-f][0-9a-f]{7} {9}sleep$/m)
      for (const line of own
        .trimEnd()
        .split('\n')
        .filter((one) => one.includes(' /')))
        // The kernel adds device and inode.
        expect(stdout).toContain(line.replace(/(\S+ \S+ \S+) \S+ \d+ +/, '$1 '))
      expect(stdout).toMatch(/do_nanosleep .* at kernel\/time\/hrtimer\.c:\d+$/m)
      expect(stdout).toMatch(/^Linux version 6\.1\.\S+-686-pae /m)
      expect(stdout).toContain('\n/etc/hostname\n')
      expect(stdout).toMatch(/^\[ +0\.0+\] Linux version 6\.1\./m)
      expect(stderr).not.toContain('Error')
      const wrong = await asks('kk-mem prog 0x10', 'kk-user 99999')
      expect(wrong.stderr).toMatch(/0x10 is not mapped/)
      expect(wrong.stderr).toMatch(/no task has the PID or the name '99999'/)
    },
    limitMs,
  )

  it(
    "follows a program's own line into the kernel and back",
    async () => {
      const steps = ['kk-user prog', 'hbreak prog.c:11', 'continue', 'print counter', 'hbreak do_sys_openat2', 'continue', 'bt 2']
      const { stdout } = await asks(...steps, 'hbreak prog.c:12', 'continue')
      const seen =
        /calls \(counter=(\d+)\) at prog\.c:11$[^]*^\$1 = (\d+)$[^]*^#0 +do_sys_openat2 [^]* at fs\/open\.c:\d+$[^]*calls \(counter=(\d+)\) at prog\.c:12$/m.exec(
          stdout,
        )
      expect(seen?.slice(2)).toEqual([seen?.[1], seen?.[1]])
    },
    limitMs,
  )
})

const program = `char path[] = "/etc/hostname";
static int call(int number, const void *first, long second)
{
  int result;
  __asm__ volatile("int $0x80" : "=a"(result) : "a"(number), "b"(first), "c"(second), "d"(0) : "memory");
  return result;
}
// open, close and nanosleep of arch/x86/entry/syscalls/syscall_32.tbl.
static int calls(int counter)
{
  int fd = call(5, path, 0);
  return fd + 0 * counter;
}
void _start(void)
{
  static const int pause[2] = {0, 300000000};
  for (int counter = 1;; counter++) { int fd = calls(counter); if (fd >= 0) call(6, (const void *)fd, 0); call(162, pause, 0); }
}
`
