import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, testArtifacts } from './lib/kernelkit.ts'
import { expectInDocs, session, typed } from './lib/transcript.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, image } = testArtifacts()
const name = `e2e-gdb-${process.pid}`

let started = ''

beforeAll(async () => {
  started = (await kernelkit(['run', '--gdb', '--keep', '--name', name, '-k', kernel, '--image', image, '--', 'true'])).stderr
})
afterAll(() => kernelkit(['stop', name]))

describe('kernelkit gdb', () => {
  it('is named when the VM starts', () => {
    expect(started).toMatch(new RegExp(`^gdb: kernelkit gdb ${name}$`, 'm'))
  })

  it('attaches with symbols and lines, and leaves the VM running', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['gdb', name, '--', '-batch', '-ex', 'bt', '-ex', 'info line start_kernel'])
    expect(exitCode).toBe(0)
    // The kernel's helpers cannot work with reduced debug information, and fail with one when gdb loads them all the same.
    expect(stderr).not.toContain('Traceback')
    expect(stdout).toMatch(/#0 .*0x[0-9a-f]+ in \w+/)
    expect(stdout).toMatch(/Line \d+ of ".*init\/main\.c"/)
    expect((await kernelkit(['exec', name, '--', 'echo', 'on'])).stdout).toBe('on\n')
  })

  it('prints a configuration by which an editor attaches, and whose end leaves the VM running', async () => {
    const { exitCode, stdout } = await kernelkit(['gdb', '--print-config', 'vscode', name])
    expect(exitCode).toBe(0)
    const { configurations } = JSON.parse(stdout) as {
      readonly configurations: readonly { readonly customLaunchSetupCommands: readonly { readonly text: string }[] }[]
    }
    const setup = configurations[0]?.customLaunchSetupCommands.map(({ text }) => text) ?? []
    // What the C/C++ extension sends: MI commands as they are, others to the console.
    const sent = [...setup, 'info line start_kernel', 'kill', '-gdb-exit'].map((text) =>
      text.startsWith('-') ? text : `-interpreter-exec console ${JSON.stringify(text)}`,
    )
    const answer = execFileSync('gdb', ['-nx', '-q', '-i', 'mi'], { input: `${sent.join('\n')}\n`, encoding: 'utf8' })
    expect(answer).toContain('^connected')
    expect(answer).toMatch(/Line \d+ of .*init\/main\.c/)
    expect((await kernelkit(['exec', name, '--', 'echo', 'on'])).stdout).toBe('on\n')
    const words = await kernelkit(['gdb', '--print-config', 'dap', name, '--', '-batch'])
    expect(words.stderr).toContain("--print-config prints a configuration and starts no gdb; seen: '-batch'")
  })

  it('stops at a breakpoint in the kernel', async () => {
    const gdb = kernelkit(['gdb', name, '--', '-batch', '-ex', 'hbreak __do_sys_newuname', '-ex', 'continue', '-ex', 'bt 1'])
    const caller = kernelkit(['exec', name, '--', 'sh', '-c', 'while :; do uname >/dev/null; sleep 0.1; done'])
    expect((await gdb).stdout).toMatch(/#0 .*newuname/)
    await kernelkit(['stop', name])
    // The VM went away under it.
    expect((await caller).exitCode).not.toBe(0)
  })
})

describe('a VM that was started without a stub', () => {
  const other = `${name}-b`
  let build = ''
  const asks = (...commands: readonly string[]) =>
    kernelkit(['gdb', other, '--', '-batch', ...commands.flatMap((command) => ['-ex', command])])

  beforeAll(async () => {
    build = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
    for (const file of await readdir(dirname(kernel))) await symlink(join(dirname(kernel), file), join(build, file))
    await kernelkit(['run', '--keep', '--name', other, '-k', build, '--image', image, '--', 'sh', '-c', 'sleep 100000 & true'])
  })
  afterAll(async () => {
    await kernelkit(['stop', '--kill', other])
    await rm(build, { recursive: true, force: true })
  })

  it('is attached to more than once, and keeps running', onlyFull('gdb twice more'), async () => {
    for (const _time of [1, 2]) {
      const { exitCode, stdout } = await asks('info line start_kernel')
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(/Line \d+ of ".*init\/main\.c"/)
      expect((await kernelkit(['exec', other, '--', 'echo', 'on'])).stdout).toBe('on\n')
    }
  })

  it(
    'shows what the types next to its vmlinux are enough for, and says what is missing',
    onlyFull('gdb twice more, with what an earlier kernelkit or plain make left'),
    async () => {
      const types = join(build, 'types.txt')
      const whole = (await readFile(types, 'utf8')).split('\n')
      await rm(types)
      // As a kernelkit left it that needed fewer members.
      await writeFile(types, whole.filter((line) => !line.startsWith('vm_area_struct.')).join('\n'))
      const some = await asks('kk-ps', 'kk-maps sleep')
      expect(some.stdout).toMatch(/^ +\d+ +\d+ S 0xffff[0-9a-f]+ +sleep$/m)
      expect(some.stderr).toMatch(
        /^the types\.txt next to the vmlinux was made by an earlier kernelkit and .*: .*\bvm_area_struct\.vm_start\b.*; build the kernel again$/m,
      )
      // As `make` leaves a kernel with reduced debug information and without BTF.
      await rm(types)
      const none = await asks('kk-ps', 'bt 1')
      const why =
        "where the members of this kernel's types are is not known: its vmlinux has no BTF, and no full debug information; build it again with kernelkit, or with DEBUG_INFO_BTF=y"
      expect(none.stderr).toContain(`kk-ps and other commands that read the kernel's lists do not work: ${why}\n`)
      expect(none.stderr).toMatch(new RegExp(`^${why}$`, 'm'))
      expect(none.stdout).toMatch(/^#0 .* in \w+/m)
      const seen = await kernelkit(['inspect', other])
      expect(seen.stdout).toContain(`(no tasks and no log: ${why})`)
      expect(seen.stdout).toMatch(/^ {2}do_idle\+0x[0-9a-f]+ \(kernel\/sched\/idle\.c:\d+\)$/m)
    },
  )

  it('is refused with the vmlinux of another build', async () => {
    // As `make` leaves it while the guest runs.
    const vmlinux = join(build, 'vmlinux')
    const id = /Build ID: ([0-9a-f]+)/.exec(execFileSync('readelf', ['-n', vmlinux], { encoding: 'utf8' }))?.[1] ?? ''
    const rebuilt = await readFile(vmlinux)
    const at = rebuilt.indexOf(id, 0, 'hex')
    expect(at).toBeGreaterThan(0)
    rebuilt[at] = (rebuilt[at] ?? 0) ^ 0xff
    await rm(vmlinux)
    await writeFile(vmlinux, rebuilt)
    const ofOther = `${vmlinux} is of another build than the kernel of the guest: its build id is ${rebuilt.toString('hex', at, at + id.length / 2)}, the guest's ${id}`
    const refused = await asks('bt')
    expect(refused.exitCode).toBe(125)
    expect(refused.stderr).toContain(`VMLINUX_OF_OTHER_BUILD: ${ofOther}.`)
    const seen = await kernelkit(['inspect', other])
    expect(seen.exitCode).toBe(0)
    expect(seen.stdout).toContain(`no names of functions: ${ofOther}`)
  })
})

it('a guest that panicked before gdb came is looked at as it was left', async () => {
  const other = `${name}-f`
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
  try {
    const script = join(directory, 'oops.gdb')
    // The function that `c` calls, which is the first member of the structure: a call of it is one of address 0.
    await writeFile(script, 'set {unsigned long}&sysrq_crash_op = 0\n')
    // One CPU: that of the oops.
    const options = ['--keep', '--cpus', '1', '--append', 'panic=0', '--gdb-script', script, '--name', other]
    const on = ['-k', kernel, '--image', image, '--no-cwd']
    const run = await kernelkit(['run', ...options, ...on, '--', 'sh', '-c', 'echo c >/proc/sysrq-trigger'])
    expect(run.exitCode).toBe(121)
    expect(run.stderr).toContain(`the VM '${other}' is still there, its guest answers nothing: kernelkit inspect ${other}, `)
    const { exitCode: status, stderr } = await kernelkit(['exec', other, '--', 'true'])
    expect({ status, stderr }).toEqual({ status: 125, stderr: expect.stringContaining('Its kernel panicked: Fatal exception') as unknown })
    expect(await kernelkit(['exec-wrapper', '--vm', other, 'true'])).toMatchObject({ exitCode: 121 })
    const looks = ['frame function panic', 'frame function asm_exc_page_fault', 'info line *(**(unsigned long **)($sp + 152) - 1)']
    const { exitCode, stdout } = await kernelkit(['gdb', other, '--', ...typed(looks)])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^Line \d+ of ".*drivers\/tty\/sysrq\.c" starts at address 0x[0-9a-f]+ <__handle_sysrq\+\d+>/m)
    const log = (await kernelkit(['gdb', other, '--', '-batch', '-ex', 'kk-dmesg'])).stdout
    expect(log).toContain('BUG: kernel NULL pointer dereference, address: 0000000000000000')
    expect(log).toMatch(/\] ---\[ end Kernel panic - not syncing: Fatal exception \]---$/m)
    await expectInDocs('oops', session(stdout))
  } finally {
    await kernelkit(['stop', '--kill', other])
    await rm(directory, { recursive: true })
  }
})

describe('commands of kernelkit in gdb', () => {
  const other = `${name}-c`
  let directory = ''
  const asks = (...commands: readonly string[]) =>
    kernelkit(['gdb', other, '--', '-batch', ...commands.flatMap((command) => ['-ex', command])])

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
    await writeFile(join(directory, 'prog.c'), program)
    execFileSync('gcc', ['-g', '-O0', '-o', 'prog', 'prog.c'], { cwd: directory })
    execFileSync('strip', ['-o', 'bare', 'prog'], { cwd: directory })
    const share = `${directory}:/work`
    const words = ['run', '--keep', '--name', other, '-k', kernel, '--image', image, '--no-cwd', '-v', share]
    await kernelkit([...words, '--', 'sh', '-c', '/work/prog & /work/bare sleeps & sleep 100000 & true'])
  })
  afterAll(async () => {
    await kernelkit(['stop', '--kill', other])
    await rm(directory, { recursive: true, force: true })
  })

  it('list tasks, mappings and the log, and show the stack of a task that sleeps', async () => {
    const { stdout } = await asks('kk-ps', 'kk-maps prog', 'kk-bt sleep')
    expect(stdout).toMatch(/^ +\d+ +\d+ S 0xffff[0-9a-f]+ +sleep$/m)
    expect(stdout).toMatch(/\[kthreadd\]/)
    expect(stdout).toMatch(/^[0-9a-f]+-[0-9a-f]+ r-xp [0-9a-f]+ \/work\/prog$/m)
    expect(stdout).toMatch(/do_nanosleep.* at kernel\/time\/hrtimer\.c:\d+/)
  })

  it(
    'wait for a QEMU that answers late, as on a busy machine',
    onlyFull('gdb once more, with a QEMU that is stopped for 7 s'),
    async () => {
      const { vms } = JSON.parse((await kernelkit(['ps', '--json'])).stdout) as Processes
      const pid = vms.find((vm) => vm.name === other)?.qemuPid
      const stop = join(directory, 'stop.sh')
      await writeFile(stop, `kill -STOP ${pid}; (sleep 7; kill -CONT ${pid}) >/dev/null 2>&1 &\n`)
      const { stdout, stderr } = await asks(`shell sh ${stop}`, 'kk-dmesg')
      expect(stderr).not.toContain('Error')
      expect(stdout).toMatch(/^\[ +0\.\d+\] Linux version /m)
    },
  )

  it('show the same log as dmesg(1), after its ring has been filled', async () => {
    const lines = 'i=0; while [ $i -lt 3000 ]; do i=$((i+1)); echo "<7>line $i of a log that does not fit into its ring"; done >/dev/kmsg'
    await kernelkit(['exec', other, '--', 'sh', '-c', `echo on >/proc/sys/kernel/printk_devkmsg; ${lines}`])
    const own = (await kernelkit(['exec', other, '--', 'dmesg'])).stdout.trimEnd().split('\n')
    expect(own[0]).not.toContain('Linux version')
    const seen = (await asks('kk-dmesg')).stdout.split('\n')
    const from = seen.indexOf(own[0] ?? '')
    expect(seen.slice(from, from + own.length)).toEqual(own)
    const { log } = JSON.parse((await kernelkit(['inspect', '--json', other])).stdout) as { readonly log: readonly string[] }
    expect(log.slice(0, own.length)).toEqual(own)
  })

  it('read a known text in a process that sleeps, with the symbols of its program', async () => {
    const { stdout } = await kernelkit(['gdb', other, '--', ...typed(['kk-user prog', 'kk-mem prog &secret s', 'kk-mem prog &secret 32'])])
    expect(stdout).toContain('\nthe known text\n')
    await expectInDocs('memory', session(stdout))
    const wrong = await asks('kk-mem prog 0x10', 'kk-ps 1', 'kk-mem no-such-task 0')
    expect(wrong.stderr).toMatch(/0x10 is not mapped/)
    expect(wrong.stderr).toMatch(/no task has the PID or the name 'no-such-task'/)
  })

  it('say that a stripped program has no symbols', onlyFull('gdb once more'), async () => {
    const { stdout } = await asks('kk-user bare')
    expect(stdout).toMatch(/^symbols of bare \(\d+\): .*libc\.so\.6/m)
    expect(stdout).toMatch(/^ {2}\/work\/bare is stripped: only what it exports has a name$/m)
  })

  it("read the kernel's banner by its physical address", async () => {
    const { stdout } = await asks('kk-phys (long)&linux_banner-0xffffffff80000000 s')
    expect(stdout).toMatch(/^Linux version /m)
  })

  it("follow a program's own line into the kernel and back, with variables on its side", async () => {
    const steps = ['kk-user prog', 'hbreak prog.c:6', 'continue', 'print counter', 'hbreak do_sys_openat2', 'continue', 'bt 2']
    const { stdout } = await kernelkit(['gdb', other, '--', ...typed([...steps, 'hbreak prog.c:7', 'continue'])])
    const seen =
      /calls \(counter=(\d+)\) at prog\.c:6$[^]*^\$1 = (\d+)$[^]*^#0 +do_sys_openat2 [^]*calls \(counter=(\d+)\) at prog\.c:7$/m.exec(
        stdout,
      )
    expect(seen?.slice(2)).toEqual([seen?.[1], seen?.[1]])
    await expectInDocs('system-call', session(stdout))
  })
})

it('the commands say that the VM has ended', onlyFull('a guest and gdb once more'), async () => {
  const other = `${name}-e`
  await kernelkit(['run', '--keep', '--name', other, '-k', kernel, '--image', image, '--', 'true'])
  const { vms } = JSON.parse((await kernelkit(['ps', '--json'])).stdout) as Processes
  const kill = `shell kill -KILL ${vms.find((vm) => vm.name === other)?.qemuPid}`
  const { stderr } = await kernelkit(['gdb', other, '--', '-batch', '-ex', kill, '-ex', 'kk-ps', '-ex', 'kk-dmesg'])
  // gdb's own words, which depend on how far QEMU was.
  expect(stderr).toMatch(/^Remote (?:connection closed|communication error\..*)$[^]*^the VM is not attached, or has ended$/m)
})

describe('run --gdb-script', () => {
  let directory = ''
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
  })
  afterAll(() => rm(directory, { recursive: true, force: true }))

  const runs = async (lines: readonly string[], command: string, ...words: readonly string[]) => {
    const script = join(directory, 'script.gdb')
    await writeFile(script, `${lines.join('\n')}\n`)
    const options = ['--json', '--gdb-script', script, ...words, '-k', kernel, '--image', image, '--no-cwd']
    const { exitCode, stdout, stderr } = await kernelkit(['run', ...options, '--', 'sh', '-c', command])
    const { verdict, evidence } = JSON.parse(stdout) as { readonly verdict?: string; readonly evidence?: { readonly gdb: string | null } }
    return { exitCode, stderr, verdict, gdb: typeof evidence?.gdb === 'string' ? await readFile(evidence.gdb, 'utf8') : '' }
  }

  it('stops where the command comes to, and leaves what it printed in the evidence', async () => {
    const { verdict, gdb } = await runs(['hbreak __do_sys_newuname', 'continue', 'bt 2'], 'uname -r')
    expect(verdict).toBe('pass')
    expect(gdb).toMatch(/^#0 +__do_sys_newuname .* at kernel\/sys\.c:\d+$/m)
  })

  it('ends at a breakpoint where there is no such function, and the run fails', async () => {
    const { exitCode, stderr } = await runs(['hbreak nosuchfunction', 'continue', 'bt 3'], 'true')
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/GDB_SCRIPT_FAILED[^]*Function "nosuchfunction" not defined/)
  })

  it(
    'goes to its next line when the command has ended and nothing more comes to its breakpoint',
    onlyFull('a guest and gdb once more'),
    async () => {
      const { verdict, gdb } = await runs(['continue', 'echo after it\\n'], 'true')
      expect(verdict).toBe('pass')
      expect(gdb).toMatch(/^after it$/m)
    },
  )

  it('is stopped when it never ends, and that is said; a VM that is kept runs on', onlyFull('a guest and gdb once more'), async () => {
    const kept = `${name}-d`
    const { exitCode, stderr } = await runs(['while 1', 'end'], 'true', '--gdb-timeout', '3s', '--keep', '--name', kept)
    expect((await kernelkit(['exec', kept, '--', 'echo', 'on'])).stdout).toBe('on\n')
    await kernelkit(['stop', '--kill', kept])
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/GDB_SCRIPT_FAILED: --gdb-script \S+ did not end within 3 s\.\n[^]*\nHint: .*--gdb-timeout/)
  })

  it('fails the run when a command of it fails, with what gdb says', onlyFull('a guest and gdb once more'), async () => {
    const { exitCode, stderr } = await runs(['print no_such_symbol'], 'true')
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/exited with status 1[^]*No symbol "no_such_symbol" in current context/)
  })

  it('does not hide that the guest panicked', async () => {
    const { verdict } = await runs(['continue'], 'echo c >/proc/sysrq-trigger')
    expect(verdict).toBe('panic')
  })
})

interface Processes {
  readonly vms: readonly { readonly name: string; readonly qemuPid: number }[]
}

const program = `#include <fcntl.h>
#include <unistd.h>
char secret[] = "the known text";
static int calls(int counter)
{
  int fd = open("/etc/hostname", O_RDONLY);
  return fd + 0 * counter;
}
int main(int argc, char **argv) { if (argc > 1) pause(); for (int counter = 1;; counter++) { int fd = calls(counter); if (fd >= 0) close(fd); usleep(300000); } }
`
