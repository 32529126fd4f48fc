import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { createReportReader, type KernelReport } from '@kernelkit/core/report'
import { buildToyModule, buildToyVmlinux, listCalls, toyRelease, type CallSite } from '../../test/toy-vmlinux.ts'
import type { Host } from '../host.ts'
import { nodeHost } from '../node-host.ts'
import { decodeReports } from './report-decoder.ts'

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-decode-'))
const tree = join(directory, 'tree')
const host = nodeHost()
let vmlinux = ''
let calls: readonly CallSite[] = []
beforeAll(() => {
  vmlinux = buildToyVmlinux(directory)
  calls = listCalls(vmlinux)
}, 60_000)
afterAll(() => rmSync(directory, { recursive: true }))

const banner = 'Linux version 6.12.0-toy (a@b) (gcc 12) #1 SMP Mon Jan 1 00:00:00 UTC 2026'

function siteOf(caller: string, callee: string, of = calls): CallSite {
  const found = of.find((call) => call.caller === caller && call.callee === callee)
  if (found === undefined) throw new Error(`no call of ${callee} in ${caller}`)
  return found
}

/** frob_ioctl calls helper, in which frob_check is inlined, which calls oops_here. */
function stack(of = calls): readonly CallSite[] {
  return [siteOf('helper', 'oops_here', of), siteOf('frob_ioctl', 'helper', of), siteOf('start_kernel', 'frob_ioctl', of)]
}

function read(lines: readonly string[]): readonly KernelReport[] {
  const reports: KernelReport[] = []
  const reader = createReportReader((report) => reports.push(report))
  for (const line of lines) reader.read(line)
  reader.end()
  return reports
}

function lockup(frames: readonly string[], before: readonly string[] = [banner]): readonly KernelReport[] {
  return read([
    ...before,
    'watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [cat:77]',
    'Call Trace:',
    ...frames.map((frame) => ` ${frame}`),
  ])
}

/** A host whose PATH holds only what is named. */
function hostWith(...programs: readonly string[]): Host {
  return { ...host, which: async (program) => (programs.includes(program) ? host.which(program) : undefined) }
}

function places({ trace }: KernelReport): readonly string[] {
  return trace.map((frame) => `${frame.function} ${frame.source ?? '-'}:${frame.line ?? 0}${frame.inlined ? ' inlined' : ''}`)
}

const decodedStack = [
  'frob_check drivers/frob/frob.h:5 inlined',
  'helper drivers/frob/main.c:5',
  'frob_ioctl drivers/frob/main.c:11',
  'start_kernel init/main.c:5',
]

describe.each(['llvm-symbolizer', 'addr2line'])('decodeReports with %s', (program) => {
  it('a decoded report has lines, inlined calls and paths of the tree, and blames the inlined function', async (context) => {
    context.skip((await host.which(program)) === undefined, `${program} is not installed`)
    const { reports, problems, symboliser } = await decodeReports(hostWith(program), {
      vmlinux,
      reports: lockup(stack().map(({ frame }) => frame)),
    })
    expect(problems).toEqual([])
    expect(symboliser).toMatch(new RegExp(`/${program}$`))
    expect(reports.map(places)).toEqual([decodedStack])
    expect(reports[0]).toMatchObject({ title: 'soft lockup in frob_check', function: 'frob_check', source: 'drivers/frob/frob.h', line: 5 })
  })

  it('reports of a 32-bit kernel are decoded', async (context) => {
    context.skip((await host.which(program)) === undefined, `${program} is not installed`)
    const path = buildToyVmlinux(directory, { name: 'vmlinux-i386', flags: ['-m32'] })
    const frames = stack(listCalls(path)).map(({ frame }) => frame)
    const { reports, problems } = await decodeReports(hostWith(program), { vmlinux: path, reports: lockup(frames) })
    expect(problems).toEqual([])
    expect(reports.map(places)).toEqual([decodedStack])
  })
})

it('reports of arm64 are decoded with an object that this machine cannot run', async (context) => {
  context.skip((await host.which('llvm-mc')) === undefined, 'llvm-mc (package llvm), which assembles for arm64, is not installed')
  const assembly = join(directory, 'arm64.S')
  const object = join(directory, 'arm64.o')
  writeFileSync(
    assembly,
    [
      'frob_ioctl:',
      'bl helper',
      'nop',
      'helper:',
      'nop',
      'nop',
      'last:',
      'nop',
      ...['frob_ioctl', 'helper', 'last'].map((name) => `.type ${name}, %function`),
      '',
    ].join('\n'),
  )
  execFileSync('llvm-mc', ['--triple=aarch64-linux-gnu', '-g', '-filetype=obj', '-o', object, assembly])
  const reports = read([
    'Unable to handle kernel NULL pointer dereference at virtual address 0000000000000000',
    'pc : helper+0x0/0x8',
    'lr : frob_ioctl+0x4/0x8',
    'Call trace:',
    ' helper+0x0/0x8',
    ' frob_ioctl+0x4/0x8',
  ])
  const decoded = await decodeReports(hostWith('llvm-symbolizer'), { vmlinux: object, reports, source: directory })
  expect(decoded.problems).toEqual([])
  expect(decoded.reports.map(places)).toEqual([['helper arm64.S:5', 'frob_ioctl arm64.S:2']])
})

describe('decodeReports', () => {
  const decode = (reports: readonly KernelReport[], options: { readonly vmlinux?: string | undefined } = {}) =>
    decodeReports(host, { vmlinux: options.vmlinux ?? vmlinux, reports })

  it('RIP is decoded as it is, other addresses as return addresses', async () => {
    const [site] = stack()
    const frame = site?.frame ?? ''
    const { reports } = await decode(
      read([
        'BUG: kernel NULL pointer dereference, address: 0',
        `RIP: 0010:${frame}`,
        'Call Trace:',
        ` ${siteOf('frob_ioctl', 'helper').frame}`,
      ]),
    )
    // The instruction after the inlined call is helper's own.
    expect(reports.map(places)).toEqual([['helper drivers/frob/main.c:6', 'frob_ioctl drivers/frob/main.c:11']])
  })

  it('distinguishes functions of one name by their size', async () => {
    const { frame } = siteOf('helper', 'oops_here')
    const { reports } = await decode(
      lockup([frame.replace(/\/.*/, '/0x70'), siteOf('frob_ioctl', 'helper').frame, siteOf('start_kernel', 'frob_ioctl').frame]),
    )
    expect(places(reports[0] ?? raise())[0]).toBe('helper drivers/other/main.c:2')
  })

  it('addresses of a kernel without kallsyms, moved by KASLR, get names', async () => {
    const moved = stack().map(({ returnAddress }) => `0x${(returnAddress + 0x2e00000n).toString(16).padStart(16, '0')}`)
    const { reports } = await decode(
      read([
        banner,
        'Kernel panic - not syncing: frob',
        'Call Trace:',
        ...moved.map((address) => ` ${address}`),
        'Kernel Offset: 0x2e00000 from 0xffffffff81000000',
      ]),
    )
    expect(reports.map(places)).toEqual([decodedStack])
  })

  it('calls in modules stay as they are, with a problem that says so', async () => {
    const { reports, problems } = await decode(lockup(['frob_poll+0x1/0x20 [frob]', ...stack().map(({ frame }) => frame)]))
    expect(reports.map(places)).toEqual([['frob_poll -:0', ...decodedStack]])
    expect(problems).toMatchObject([{ code: 'MODULES_NOT_DECODED', details: { modules: ['frob'] } }])
  })

  describe('in a module', () => {
    const modules = join(directory, 'lib/modules')
    // frob_check is inlined; frob_start is in a section of its own, which begins at address 0 too.
    const inModule = ['frob_poll+0x5/0x10 [frob]', 'frob_wait+0x5/0x8 [frob]', 'frob_start+0x5/0x9 [frob]', 'start_kernel+0x1000/0x2000']
    const asked = (frames: readonly string[] = inModule, before?: readonly string[]) => ({
      reports: lockup(frames, before),
      modules: [modules],
    })
    beforeAll(() => void buildToyModule(directory))

    it('calls have lines, inlined ones too, each in its section, without a vmlinux', async () => {
      const { reports, problems } = await decodeReports(host, { ...asked(inModule.slice(0, 3)), vmlinux: undefined })
      expect(reports.map(places)).toEqual([
        [
          'frob_check drivers/frob/frob.h:5 inlined',
          'frob_poll drivers/frob/poll.c:3',
          'frob_wait drivers/frob/poll.c:6',
          'frob_start drivers/frob/poll.c:12',
        ],
      ])
      expect(reports[0]).toMatchObject({ source: 'drivers/frob/frob.h', line: 5 })
      expect(reports[0]?.trace.every(({ module }) => module === 'frob')).toBe(true)
      expect(problems).toEqual([])
    })

    it('and in its kernel have lines side by side', async () => {
      const { reports, problems } = await decodeReports(host, {
        ...asked([...inModule.slice(0, 2), ...stack().map(({ frame }) => frame)]),
        vmlinux,
      })
      expect(reports.map(places)).toEqual([
        ['frob_check drivers/frob/frob.h:5 inlined', 'frob_poll drivers/frob/poll.c:3', 'frob_wait drivers/frob/poll.c:6', ...decodedStack],
      ])
      expect(problems).toEqual([])
    })

    it.each([
      ['of another kernel', { release: '6.11.0' }, /frob \(\S+frob\.ko is of 6\.11\.0, the log of 6\.12\.0-toy\)/],
      ['without debug information', { flags: [] }, /frob \(\S+frob\.ko has no debug information\)/],
      ['whose code is another', { flags: ['-g', '-O0'] }, /no lines: frob\.$/],
    ])('calls have no lines from a file %s', async (_what, options, problem) => {
      const other = mkdtempSync(join(directory, 'other-'))
      buildToyModule(other, options)
      const { reports, problems } = await decodeReports(host, { ...asked(), modules: [other], vmlinux: undefined })
      expect(reports.flatMap(places).filter((place) => place.startsWith('frob') && !place.includes('-:0'))).toEqual([])
      expect(problems).toMatchObject([{ code: 'MODULES_NOT_DECODED', message: expect.stringMatching(problem) as string }])
    })

    it('calls have no lines from damaged files, each with its reason', async () => {
      const other = mkdtempSync(join(directory, 'damaged-'))
      for (const size of [0, 70, 2000]) {
        const path = join(other, 'frob.ko')
        cpSync(join(modules, toyRelease, 'kernel/drivers/frob/frob.ko'), path)
        truncateSync(path, size)
        const { problems } = await decodeReports(host, { ...asked(), modules: [other], vmlinux: undefined })
        expect(problems).toMatchObject([{ code: 'MODULES_NOT_DECODED', message: expect.stringMatching(/frob \(\S+frob\.ko /) as string }])
      }
    })

    it('calls have lines from a file with nothing but debug information, as -dbg packages have them', async () => {
      const other = mkdtempSync(join(directory, 'debug-'))
      mkdirSync(join(other, 'kernel/drivers/frob'), { recursive: true })
      execFileSync('objcopy', [
        '--only-keep-debug',
        join(modules, toyRelease, 'kernel/drivers/frob/frob.ko'),
        join(other, 'kernel/drivers/frob/frob.ko.debug'),
      ])
      const { reports } = await decodeReports(host, { ...asked(inModule.slice(1, 3)), modules: [other], vmlinux: undefined })
      expect(reports.map(places)).toEqual([['frob_wait drivers/frob/poll.c:6', 'frob_start drivers/frob/poll.c:12']])
    })
  })

  it('removes the directory of the tree from source lines that the log already has', async () => {
    const { frame } = siteOf('frob_ioctl', 'helper')
    const { reports } = await decode(
      read([
        `WARNING: CPU: 0 PID: 1 at ${tree}/drivers/frob/main.c:11 ${frame}`,
        'Call Trace:',
        ` ${siteOf('start_kernel', 'frob_ioctl').frame}`,
      ]),
    )
    expect(reports).toMatchObject([{ source: 'drivers/frob/main.c', line: 11 }])
  })

  it('maps paths as the options say', async () => {
    const { reports } = await decodeReports(host, {
      vmlinux,
      reports: lockup(stack().map(({ frame }) => frame)),
      pathMaps: [{ from: join(tree, 'drivers/frob'), to: 'ours/frob' }],
    })
    expect(reports[0]?.trace.map(({ source }) => source)).toEqual([
      'ours/frob/frob.h',
      'ours/frob/main.c',
      'ours/frob/main.c',
      'init/main.c',
    ])
  })

  it.each([
    [
      'another banner',
      () =>
        lockup(
          stack().map(({ frame }) => frame),
          [banner.replace('#1', '#2')],
        ),
      /the log is of 'Linux version/,
    ],
    [
      'another build id',
      () =>
        lockup(
          stack().map(({ frame }) => frame),
          ['BUG: x', 'CPU: 0 PID: 1 Comm: cat Not tainted 6.12.0 #1 0123456789012345678901234567890123456789'],
        ).slice(1),
      /build id is 0123/,
    ],
    [
      'other sizes',
      () =>
        lockup(
          stack().map(({ frame }) => frame.replace(/\/.*/, '/0x999')),
          [],
        ),
      /of another size/,
    ],
  ])('a vmlinux of another build is recognised by %s, and gives no lines', async (_by, log, why) => {
    const reports = log()
    const decoded = await decode(reports)
    expect(decoded.problems).toMatchObject([{ code: 'VMLINUX_OF_OTHER_BUILD', message: why }])
    expect(decoded.reports[0]?.trace).toEqual(reports[0]?.trace)
  })

  it.each([
    ['VMLINUX_MISSING', () => join(directory, 'none')],
    ['NOT_A_VMLINUX', () => tree],
    ['NOT_A_VMLINUX', () => join(tree, 'init/main.c')],
    ['VMLINUX_STRIPPED', () => changed('stripped', ['strip']), '--symbols'],
    ['VMLINUX_WITHOUT_LINES', () => changed('no-lines', ['strip', '--strip-debug'])],
  ])('%s is reported, and the reports have no lines', async (code, path, hint = '') => {
    const reports = lockup(stack().map(({ frame }) => frame))
    const decoded = await decode(reports, { vmlinux: path() })
    expect(decoded.problems).toMatchObject([{ code, hint: expect.stringContaining(hint) as string }])
    expect(decoded.reports[0]).toMatchObject({ function: 'helper', trace: reports[0]?.trace ?? [] })
  })

  it('works without a symboliser, and says which to install', async () => {
    const { problems } = await decodeReports(hostWith(), { vmlinux, reports: lockup(stack().map(({ frame }) => frame)) })
    expect(problems).toMatchObject([{ code: 'SYMBOLISER_MISSING', hint: expect.stringContaining('`apt-get install llvm`') }])
  })

  it('reports the output of a symboliser that does not answer', async () => {
    const program = join(directory, 'addr2line')
    writeFileSync(program, '#!/bin/sh\necho "no memory" >&2\nexit 3\n', { mode: 0o755 })
    const { problems, reports } = await decodeReports(
      { ...host, which: async (name) => (name === 'addr2line' ? program : undefined) },
      { vmlinux, reports: lockup(stack().map(({ frame }) => frame)) },
    )
    expect(problems).toMatchObject([
      { code: 'SYMBOLISER_FAILED', message: expect.stringMatching(/ended before it had answered:\nno memory/) },
    ])
    expect(reports[0]).toMatchObject({ function: 'helper' })
  })

  it('ends at once, with its symboliser, when it is interrupted', async () => {
    const program = join(directory, 'llvm-symbolizer')
    writeFileSync(program, '#!/bin/sh\necho $$ > "$0.pid"\nexec sleep 1000\n', { mode: 0o755 })
    const interruption = new AbortController()
    const decoding = decodeReports(
      { ...host, which: async (name) => (name === 'llvm-symbolizer' ? program : undefined) },
      { vmlinux, reports: lockup(stack().map(({ frame }) => frame)), signal: interruption.signal },
    )
    const pid = await vi.waitFor(() => Number(readFileSync(`${program}.pid`, 'utf8')) || Promise.reject(new Error('not started')), {
      timeout: 20_000,
    })
    interruption.abort(new Error('Ctrl-C'))
    await expect(decoding).rejects.toThrow(/Ctrl-C|aborted/)
    expect(() => process.kill(pid, 0)).toThrow('ESRCH')
  })

  it('decodeReports reads nothing when there are no reports', async () => {
    expect(await decode([], { vmlinux: join(directory, 'none') })).toEqual({ reports: [], problems: [], symboliser: undefined })
  })
})

function changed(name: string, command: readonly [string, ...string[]]): string {
  const path = join(directory, name)
  cpSync(vmlinux, path)
  const [program, ...args] = command
  execFileSync(program, [...args, path])
  return path
}

function raise(): never {
  throw new Error('no report')
}

describe('a damaged vmlinux', () => {
  /** An ELF header of 64 bits whose section headers follow it: `sizes` of them, a symbol table and its names last. */
  function damaged(
    name: string,
    { size, fileBytes, entrySize = 64 }: { readonly size: bigint; readonly fileBytes?: number; readonly entrySize?: number },
  ): string {
    const bytes = Buffer.alloc(4096)
    bytes.write('\x7fELF', 0, 'latin1')
    bytes.set([2, 1], 4)
    bytes.writeUInt16LE(2, 16)
    bytes.writeUInt16LE(62, 18)
    bytes.writeBigUInt64LE(64n, 40)
    bytes.writeUInt16LE(entrySize, 58)
    bytes.writeUInt16LE(3, 60)
    bytes.writeUInt16LE(2, 62)
    bytes.write('.symtab\0.strtab\0', 1024, 'latin1')
    for (const [index, [nameAt, link]] of [
      [0, 2],
      [8, 0],
      [8, 0],
    ].entries()) {
      const at = 64 + index * 64
      bytes.writeUInt32LE(nameAt ?? 0, at)
      bytes.writeUInt32LE(2, at + 4)
      bytes.writeBigUInt64LE(1024n, at + 24)
      bytes.writeBigUInt64LE(size, at + 32)
      bytes.writeUInt32LE(link ?? 0, at + 40)
    }
    const path = join(directory, name)
    writeFileSync(path, bytes)
    if (fileBytes !== undefined) truncateSync(path, fileBytes)
    return path
  }
  const problem = async (path: string) => {
    const before = process.memoryUsage().rss
    const { problems } = await decodeReports(host, { vmlinux: path, reports: lockup([]) })
    return { codes: problems.map(({ code }) => code), isSmall: process.memoryUsage().rss - before < 2 ** 28 }
  }

  it.each([
    ['sizes beyond the end of the file', { size: 2n ** 40n }],
    ['sizes that no number holds', { size: 2n ** 63n }],
    ['entries that overlap', { size: 64n, entrySize: 1 }],
    ['entries of no size', { size: 64n, entrySize: 0 }],
  ])('with %s is one that decodes nothing, and takes no memory', async (_title, parts) => {
    const { codes, isSmall } = await problem(damaged('damaged', parts))
    expect(codes).toHaveLength(1)
    expect(codes[0]).toMatch(/VMLINUX/)
    expect(isSmall).toBe(true)
  })

  it('with a symbol table that no kernel has is refused', async () => {
    const { codes, isSmall } = await problem(damaged('sparse', { size: 2n ** 32n, fileBytes: 2 ** 33 }))
    expect({ codes, isSmall }).toEqual({ codes: ['NOT_A_VMLINUX'], isSmall: true })
  })
})
