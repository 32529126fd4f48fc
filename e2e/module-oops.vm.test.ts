import { execFileSync } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelSource, lineOf } from './lib/kernel-source.ts'
import { kernelkit, lastLine, startKernelkit, type CommandResult, type RunningProcess } from './lib/kernelkit.ts'
import { waitUntil } from './lib/processes.ts'
import { rareArtifact } from './lib/rare-artifact.ts'
import { onlyFull } from './lib/tiers.ts'

const sections = (path: string): string => execFileSync('readelf', ['-SW', path], { encoding: 'utf8' })

interface AskedLine {
  readonly kernelDirectory: string
  readonly release: string
  readonly symbol: string
  readonly offset: number
}

let directory = ''
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** First report of a console, as `kernelkit report` decodes it. */
async function firstReport(console: string, ...words: readonly string[]): Promise<unknown> {
  const { stdout, stderr } = await kernelkit(['report', '--json', ...words, console])
  if (stdout === '') throw new Error(stderr)
  return (JSON.parse(stdout) as { readonly reports: readonly unknown[] }).reports[0]
}

// Where x86-64 kernels are linked to run: __START_KERNEL_map, and 16 MiB (CONFIG_PHYSICAL_START).
const linkedAt = 'ffffffff81000000'

describe("an oops in a module of Debian's kernel, which has moved itself", () => {
  const kernel = ['-k', 'debian:12/cloud', '--symbols']
  const name = `e2e-module-oops-${process.pid}`

  it(
    'is reached by breakpoints in kernel and module, and shown on its line, with inlined calls, by the package with the debug symbols',
    onlyFull('283 MB of debug symbols to fetch once, 2 GB that gdb reads'),
    async () => {
      const isStored = (await kernelkit(['run', ...kernel, '--root', 'none', '--dry-run', '--', 'true'])).exitCode === 0
      if (!isStored) await kernelkit(['run', ...kernel, '--root', 'host', '--', 'true'])
      const kernelDirectory = await directoryOfKernel()
      const lineAt = (release: string, offset: number) => lineByAddr2line({ kernelDirectory, release, symbol: 'dummy_xmit', offset })
      const evidence = join(directory, 'debian')
      // dummy_xmit() gets each frame; the second argument of bind is the protocol.
      const send = `import fcntl, socket, struct, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
fcntl.ioctl(s, 0x8914, struct.pack("16sh22x", b"dummy0", 1)) # SIOCSIFFLAGS, IFF_UP
s.bind(("dummy0", 0))
while True:
    s.send(bytes(60))
    time.sleep(0.2)`
      const opening = '(while :; do cat /etc/hostname >/dev/null; sleep 0.2; done) &'
      const script = `modprobe dummy && grep -w -e _stext -e dummy_xmit /proc/kallsyms && { ${opening} exec python3 -c '${send}'; }`
      const words = ['--name', name, '-k', await withoutVmlinux(kernelDirectory), '--root', 'host', '--evidence', evidence]
      const { run, kallsyms } = await startMoved(['run', ...words, '--', 'sh', '-c', script])
      const breaks = ['hbreak do_sys_openat2', 'continue', 'delete', 'hbreak *dummy_xmit', 'continue', 'bt 2']
      // No Debian kernel has a module that crashes on request: the debugger takes the frame away from its first argument.
      const commands = [...breaks, 'kk-modules', 'info address _stext', 'set $rdi=0', 'delete', 'detach']
      const { stdout } = await kernelkit(['gdb', name, '--', '-batch', ...commands.flatMap((one) => ['-ex', one])])
      expect(stdout).toMatch(/hit Breakpoint 1, do_sys_openat2 .* at fs\/open\.c:\d+$/m)
      const { stderr } = await run.result
      expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=panic\b/)
      const release = /^kernel (\S+)/m.exec(stderr)?.[1] ?? ''
      const offset = /RIP: 0010:dummy_xmit\+(0x[0-9a-f]+)\//.exec(await readFile(join(evidence, 'console.log'), 'utf8'))?.[1] ?? ''
      const line = lineAt(release, Number(offset))
      expect(stdout).toMatch(new RegExp(`^#0 +dummy_xmit .* at drivers/net/dummy\\.c:${lineAt(release, 0)}$`, 'm'))
      expect(stdout).toMatch(/^#1 .* __netdev_start_xmit .* at include\/linux\/netdevice\.h:\d+$/m)
      const code = (BigInt(`0x${kallsyms('dummy_xmit')}`) & ~0xfffn).toString(16)
      expect(stdout).toMatch(new RegExp(`^0x${code} dummy  /.*/dummy\\.ko$`, 'm'))
      expect(stdout).toMatch(new RegExp(`"_stext" is .*0x${kallsyms('_stext')}\\b`))
      expect(stderr).toContain(` dummy_xmit+${offset} [dummy] (drivers/net/dummy.c:${line})\n`)
      expect(stderr).toMatch(/^ {4}dev_lstats_add \[dummy\] \(include\/linux\/netdevice\.h:\d+\) \[inlined\]$/m)
    },
  )

  /** The kernel's directory without its vmlinux, which QEMU would enter directly: only the decompressor of its image moves the kernel. */
  async function withoutVmlinux(from: string): Promise<string> {
    const place = join(directory, 'kernel')
    await mkdir(place)
    for (const file of ['bzImage', 'manifest.json', 'config', 'modules', 'symbols']) await symlink(join(from, file), join(place, file))
    return place
  }

  async function directoryOfKernel(): Promise<string> {
    const { stdout } = await kernelkit(['run', ...kernel, '--root', 'none', '--dry-run', '--json', '--', 'true'])
    const { qemu } = JSON.parse(stdout) as { readonly qemu: readonly string[] }
    return dirname(qemu[qemu.indexOf('-kernel') + 1] ?? '')
  }

  /** Starts it until it has moved itself: of its 480 places one is where it was linked. */
  async function startMoved(
    words: readonly string[],
  ): Promise<{ readonly run: RunningProcess; readonly kallsyms: (symbol: string) => string | undefined }> {
    const run = startKernelkit(words)
    const said: string[] = []
    run.child.stdout?.on('data', (chunk: Buffer) => said.push(chunk.toString()))
    const kallsyms = (symbol: string) => new RegExp(`^([0-9a-f]+) . ${symbol}\\b.*\\n`, 'm').exec(said.join(''))?.[1]
    let ended: CommandResult | undefined
    void run.result.then((result) => (ended = result))
    await waitUntil(
      'the guest prints the address of dummy_xmit',
      () => kallsyms('dummy_xmit') !== undefined || ended !== undefined,
      4 * 60_000,
    )
    if (ended !== undefined) throw new Error(ended.stderr)
    if (kallsyms('_stext') !== linkedAt) return { run, kallsyms }
    await kernelkit(['stop', '--kill', name])
    await run.result
    return startMoved(words)
  }

  /** What binutils say of an offset into a function, asked of the package's own file. */
  function lineByAddr2line({ kernelDirectory, release, symbol, offset }: AskedLine): number {
    const file = join(kernelDirectory, `symbols/lib/modules/${release}/kernel/drivers/net/dummy.ko`)
    const start = new RegExp(`([0-9a-f]{16}) .* ${symbol}$`, 'm').exec(execFileSync('readelf', ['-sW', file], { encoding: 'utf8' }))?.[1]
    const at = (Number.parseInt(start ?? '', 16) + offset).toString(16)
    const answer = execFileSync('addr2line', ['-fi', '-j', '.text', '-e', file, `0x${at}`], { encoding: 'utf8' }).trim()
    return Number(/:(\d+)[^:]*$/.exec(answer)?.[1])
  }
})

describe('a kernel that was built with a module', () => {
  // Relative: another clone finds the answer in the same store.
  const words = ['build', 'deb:linux-source-6.12', '--config', './e2e/lib/lkdtm.config']
  const compileLimitMs = 45 * 60_000

  it(
    'keeps it as a module, loads it by modprobe, and shows an oops in it on its line',
    async ({ skip }) => {
      const built = await rareArtifact<{ readonly kernel: string; readonly modules: string; readonly manifest: string }>(
        words,
        'manifest',
        compileLimitMs,
      )
      skip(built === undefined, 'KERNELKIT_TEST_FULL is not set, and this kernel is not in the test store')
      if (built === undefined) return
      const place = dirname(built.manifest)
      const { release } = JSON.parse(await readFile(built.manifest, 'utf8')) as { readonly release: string }
      const file = 'kernel/drivers/misc/lkdtm/lkdtm.ko'
      expect(sections(join(place, 'modules/lib/modules', release, file))).not.toContain('.debug_line')
      expect(sections(join(place, 'symbols', file))).toContain('.debug_line')
      const evidence = join(directory, 'built')
      const crash = 'modprobe lkdtm && echo EXCEPTION > /sys/kernel/debug/provoke-crash/DIRECT'
      const { stderr } = await kernelkit(['run', '-k', built.kernel, '--root', 'host', '--evidence', evidence, '--', 'sh', '-c', crash])
      const line = await lineOf(join(await kernelSource(), 'drivers/misc/lkdtm/bugs.c'), '*((volatile int *) 0) = 0', 'lkdtm_EXCEPTION')
      expect(stderr).toMatch(new RegExp(`^ +lkdtm_EXCEPTION\\+0x[0-9a-f]+ \\[lkdtm\\] \\(drivers/misc/lkdtm/bugs\\.c:${line}\\)$`, 'm'))
      expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=panic\b/)
      // The same from the log alone.
      const expected = { function: 'lkdtm_EXCEPTION', source: 'drivers/misc/lkdtm/bugs.c', line }
      expect(await firstReport(join(evidence, 'console.log'), '--modules', join(place, 'symbols'))).toMatchObject(expected)
    },
    compileLimitMs,
  )
})
