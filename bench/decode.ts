import { execFileSync } from 'node:child_process'
import { createReportReader, type KernelReport } from '../packages/core/src/report/index.ts'
import { nodeHost, type Host } from '../packages/host/src/index.ts'
import { createReportDecoder } from '../packages/host/src/symbolise/index.ts'
import { buildKernel } from './lib/kernelkit.ts'

/** 500 frames of reports decoded with the vmlinux of the default kernel, by each symboliser that is installed, and by addr2line started for each frame. */
const goalSeconds = 2
const framesPerReport = 50
const frames = 500
/** Of the frames: the others take as long. */
const startedAlone = 20

interface CodeSymbol {
  readonly name: string
  readonly address: bigint
  readonly size: number
}

/** Functions all over the kernel, none shorter than a call. */
function listFunctions(vmlinux: string): readonly CodeSymbol[] {
  const lines = execFileSync('nm', ['-n', vmlinux], { encoding: 'utf8', maxBuffer: 2 ** 28 }).split('\n')
  const code = lines.flatMap((line) => {
    const [, address, name] = /^([0-9a-f]+) [tT] (\w+)$/.exec(line) ?? []
    return address === undefined || name === undefined ? [] : [{ name, address: BigInt(`0x${address}`) }]
  })
  const sized = code.map((symbol, index) => ({ ...symbol, size: Number((code[index + 1]?.address ?? symbol.address) - symbol.address) }))
  const names = new Map<string, number>()
  for (const { name } of sized) names.set(name, (names.get(name) ?? 0) + 1)
  const usable = sized.filter(({ name, size }) => size > 64 && names.get(name) === 1 && !name.startsWith('__pfx_'))
  const step = Math.floor(usable.length / frames)
  return usable.filter((_, index) => index % step === 0).slice(0, frames)
}

function makeReports(functions: readonly CodeSymbol[]): readonly KernelReport[] {
  const reports: KernelReport[] = []
  const reader = createReportReader((report) => reports.push(report))
  for (const [index, { name, size }] of functions.entries()) {
    if (index % framesPerReport === 0) {
      reader.read('watchdog: BUG: soft lockup - CPU#0 stuck for 22s! [cat:77]')
      reader.read('Call Trace:')
    }
    reader.read(` ${name}+0x${(size >> 1).toString(16)}/0x${size.toString(16)}`)
    if (index % framesPerReport === framesPerReport - 1) reader.read('---[ end trace 0000000000000000 ]---')
  }
  reader.end()
  return reports
}

async function measure(program: string, host: Host, reports: readonly KernelReport[]): Promise<void> {
  if ((await host.which(program)) === undefined) {
    process.stdout.write(`decode: ${program} is not installed: not measured\n`)
    return
  }
  const only: Host = { ...host, which: async (name) => (name === program ? host.which(name) : undefined) }
  await using decoder = createReportDecoder(only, { vmlinux })
  const start = performance.now()
  await decoder.decode([])
  const loaded = performance.now()
  const decoded = await decoder.decode(reports)
  const end = performance.now()
  const all = decoded.reports.flatMap(({ trace }) => trace)
  const outer = all.filter(({ inlined }) => !inlined)
  process.stdout.write(
    `decode: ${program.padEnd(16)} loaded in ${((loaded - start) / 1000).toFixed(2)} s, ${outer.length} frames in ${((end - loaded) / 1000).toFixed(2)} s ` +
      `(goal ${goalSeconds} s), ${outer.filter(({ source }) => source !== undefined).length} with a line, ${all.length - outer.length} inlined calls\n`,
  )
}

const { vmlinux } = await buildKernel()
const functions = listFunctions(vmlinux)
const host = nodeHost()
for (const program of ['llvm-symbolizer', 'addr2line']) await measure(program, host, makeReports(functions))

const start = performance.now()
for (const { address, size } of functions.slice(0, startedAlone))
  execFileSync('addr2line', ['-afi', '-e', vmlinux, `0x${(address + BigInt(size >> 1)).toString(16)}`])
const each = (performance.now() - start) / 1000 / startedAlone
process.stdout.write(
  `decode: addr2line started for each frame: ${(each * frames).toFixed(0)} s for ${frames} (measured on ${startedAlone})\n`,
)
