import { execFileSync } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelSource, lineOf } from './lib/kernel-source.ts'
import { kernelkit, lastLine, startKernelkit, type CommandResult } from './lib/kernelkit.ts'
import { waitUntil } from './lib/processes.ts'
import { rareArtifact } from './lib/rare-artifact.ts'
import { isFullRun } from './lib/tiers.ts'

const sections = (path: string): string => execFileSync('readelf', ['-SW', path], { encoding: 'utf8' })

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

describe("an oops in a module of Debian's kernel", () => {
  const kernel = ['-k', 'debian:12/cloud', '--symbols']
  const name = `e2e-module-oops-${process.pid}`

  it('is shown on its line, with inlined calls, by the package with the debug symbols', async ({ skip }) => {
    const stored = await kernelkit(['run', ...kernel, '--root', 'none', '--dry-run', '--', 'true'])
    skip(
      stored.exitCode !== 0 && !isFullRun(),
      'KERNELKIT_TEST_FULL is not set, and the debug symbols (283 MB to fetch, 2 GB unpacked) are not in the test store',
    )
    const evidence = join(directory, 'debian')
    // dummy_xmit() gets each frame; the second argument of bind is the protocol.
    const send = `import fcntl, socket, struct, time
s = socket.socket(socket.AF_PACKET, socket.SOCK_RAW)
fcntl.ioctl(s, 0x8914, struct.pack("16sh22x", b"dummy0", 1)) # SIOCSIFFLAGS, IFF_UP
s.bind(("dummy0", 0))
while True:
    s.send(bytes(60))
    time.sleep(0.2)`
    const script = `modprobe dummy && grep -w dummy_xmit /proc/kallsyms && exec python3 -c '${send}'`
    const run = startKernelkit(['run', '--name', name, ...kernel, '--root', 'host', '--evidence', evidence, '--', 'sh', '-c', script])
    const said: string[] = []
    run.child.stdout?.on('data', (chunk: Buffer) => said.push(chunk.toString()))
    const address = () => /^[0-9a-f]+(?= t dummy_xmit\b)/m.exec(said.join(''))?.[0]
    let ended: CommandResult | undefined
    void run.result.then((result) => (ended = result))
    await waitUntil('the guest prints the address of dummy_xmit', () => address() !== undefined || ended !== undefined, 4 * 60_000)
    if (ended !== undefined) throw new Error(ended.stderr)
    // No Debian kernel has a module that crashes on request: the debugger takes the frame away from its first argument.
    const commands = [`hbreak *0x${address()}`, 'continue', 'set $rdi=0', 'delete', 'detach'].flatMap((one) => ['-ex', one])
    await kernelkit(['gdb', name, '--', '-batch', ...commands])
    const { stderr } = await run.result
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=panic\b/)
    const release = /^kernel (\S+)/m.exec(stderr)?.[1] ?? ''
    const offset = /RIP: 0010:dummy_xmit\+(0x[0-9a-f]+)\//.exec(await readFile(join(evidence, 'console.log'), 'utf8'))?.[1] ?? ''
    const line = await lineByAddr2line(release, 'dummy_xmit', Number(offset))
    expect(stderr).toContain(` dummy_xmit+${offset} [dummy] (drivers/net/dummy.c:${line})\n`)
    expect(stderr).toMatch(/^ {4}dev_lstats_add \[dummy\] \(include\/linux\/netdevice\.h:\d+\) \[inlined\]$/m)
  })

  /** What binutils say of an offset into a function, asked of the package's own file. */
  async function lineByAddr2line(release: string, symbol: string, offset: number): Promise<number> {
    const { stdout } = await kernelkit(['run', ...kernel, '--root', 'none', '--dry-run', '--json', '--', 'true'])
    const { qemu } = JSON.parse(stdout) as { readonly qemu: readonly string[] }
    const file = join(dirname(qemu[qemu.indexOf('-kernel') + 1] ?? ''), `symbols/lib/modules/${release}/kernel/drivers/net/dummy.ko`)
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
