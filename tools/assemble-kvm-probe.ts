/**
 * Assemble packages/host/kvm-probe/probe.S with gcc and objcopy and write the bytes to
 * packages/host/src/kvm/kvm-probe-rom.ts; with --check, only compare. Run by people who change the
 * source, and by a test.
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

const root = join(import.meta.dirname, '..')
const source = join(root, 'packages/host/kvm-probe/probe.S')
const target = join(root, 'packages/host/src/kvm/kvm-probe-rom.ts')
const variants = { bits64: [], bits32: ['-DBITS32'], plain: ['-DPLAIN'] }
const resetVector = 0xfff0

const rendered = render()
if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== rendered) {
    process.stderr.write(`${target} does not match ${source}.\nHint: run \`node tools/assemble-kvm-probe.ts\` and commit the result.\n`)
    process.exitCode = 1
  }
} else {
  writeFileSync(target, rendered)
}

function render(): string {
  const entries = Object.entries(variants).map(([name, defines]) => {
    const rom = assemble(defines)
    const code = rom.subarray(0, rom.subarray(0, resetVector).findLastIndex((byte) => byte !== 0) + 1)
    const lines = code.toString('base64').match(/.{1,120}/g) ?? []
    const text = lines.map((line) => `      '${line}'`).join(' +\n')
    return `  ${name}: {\n    code:\n${text},\n    resetVector: '${rom.subarray(resetVector).toString('base64')}',\n  },\n`
  })
  return `/** Written by tools/assemble-kvm-probe.ts from kvm-probe/probe.S: the bytes at the start and at 0xfff0 of a 64 KiB ROM, base64. */
export const probeRomParts = {
${entries.join('')}} as const
`
}

function assemble(defines: readonly string[]): Buffer {
  const directory = mkdtempSync(join(tmpdir(), 'kernelkit-rom-'))
  try {
    const [object, rom] = [join(directory, 'probe.o'), join(directory, 'probe.rom')]
    execFileSync('gcc', ['-m64', '-c', '-x', 'assembler-with-cpp', ...defines, '-o', object, source], { stdio: 'inherit' })
    execFileSync('objcopy', ['-O', 'binary', '-j', '.text', object, rom], { stdio: 'inherit' })
    return readFileSync(rom)
  } finally {
    rmSync(directory, { recursive: true })
  }
}
