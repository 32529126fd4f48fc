import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { quoteArgv } from '@kernelkit/core/shell'
import { afterAll, describe, expect, it } from 'vitest'
import { collectCommand, largestFileBytes, splitFiles, stepCommand, stepFileNames } from './step-files.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-files-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

const isRoot = process.getuid?.() === 0
const newDirectory = () => join(mkdtempSync(join(scratch, 'x-')), 'step')

function stepDirectory(files: Readonly<Record<string, string>>): string {
  const directory = join(mkdtempSync(join(scratch, 'x-')), "it's a $directory")
  mkdirSync(directory)
  for (const name of stepFileNames) writeFileSync(join(directory, name), files[name] ?? '')
  return directory
}

const collect = (directory: string) => {
  const [program = '', ...args] = collectCommand(directory, '-')
  return { program, args }
}

describe("a step's files in the guest", () => {
  it('come out whole, and nothing of the step stays', () => {
    const directory = stepDirectory({ output: 'a=1\n', env: 'B<<E\n\\n $X %d\nE\n', summary: '# 🐧 no newline' })
    const { program, args } = collect(directory)
    expect(splitFiles(execFileSync(program, args, { encoding: 'utf8' }))).toEqual({
      output: 'a=1\n',
      env: 'B<<E\n\\n $X %d\nE\n',
      path: '',
      summary: '# 🐧 no newline',
    })
    expect(existsSync(directory)).toBe(false)
  })

  it('are distinguished from those of a step that removed one, or wrote binary data', () => {
    const directory = stepDirectory({})
    rmSync(join(directory, 'env'))
    const { program, args } = collect(directory)
    const { stdout, status } = spawnSync(program, args, { encoding: 'utf8' })
    expect({ status, files: splitFiles(stdout) }).toEqual({ status: 1, files: undefined })
    const binary = collect(stepDirectory({ output: 'a\0b' }))
    expect(splitFiles(execFileSync(binary.program, binary.args, { encoding: 'utf8' }))).toBeUndefined()
  })

  it('come out with one byte more than they may have, so that it shows', () => {
    const { program, args } = collect(stepDirectory({ summary: 'x'.repeat(2 * largestFileBytes) }))
    const files = splitFiles(execFileSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 24 }))
    expect(files?.summary.length).toBe(largestFileBytes + 1)
  })
})

describe('the command of a step', () => {
  const mark = 'mark-0123'
  const script = 'echo "a=$SECRET" >>"$OUT/output"; echo out; exit 3'

  it('runs the script with its files where no namespace can be made, and says so', () => {
    const bin = mkdtempSync(join(scratch, 'bin-'))
    for (const name of ['sh', 'bash', 'mkdir', 'cat', 'env'])
      symlinkSync(execFileSync('which', [name], { encoding: 'utf8' }).trim(), join(bin, name))
    const directory = newDirectory()
    const [program = '', ...args] = stepCommand({ directory, shell: undefined })
    const env = { PATH: bin, OUT: directory, SECRET: 'x' }
    const { status, stdout, stderr } = spawnSync(program, args, { input: `${mark}\n${script}`, env, encoding: 'utf8' })
    expect({ status, stdout, stderr }).toEqual({ status: 3, stdout: `out\n${mark} -\n`, stderr: '' })
    const files = collect(directory)
    expect(splitFiles(execFileSync(files.program, files.args, { encoding: 'utf8' }))?.output).toBe('a=x\n')
  })

  it('hides its files from processes that it did not start, and keeps its mounts for the steps after it', ({ skip }) => {
    skip(!isRoot, 'only root makes mount namespaces')
    const directory = newDirectory()
    const seen = join(scratch, 'mounted')
    mkdirSync(seen)
    const own = `${script.replace('; exit 3', '')}; sleep 1; mount -t tmpfs none ${seen}; echo there >${seen}/file; exit 3`
    // The whole is in a namespace of the test's own: mounts of this machine stay as they are.
    const whole = `
mount -t tmpfs none ${scratch} || exit 1
mkdir -p ${directory} ${seen}
(while :; do for name in ${stepFileNames.join(' ')}; do echo "BASH_ENV=/evil" >>"${directory}/$name"; done; sleep 0.01; done) 2>/dev/null &
writer=$!
printf '%s\\n%s' '${mark}' '${own}' | ${quoteArgv(stepCommand({ directory, shell: undefined }))} >${scratch}/out
echo "status $?" >>${scratch}/out
cat ${scratch}/out; cat ${seen}/file
kill $writer
set -- $(grep '^${mark} ' ${scratch}/out)
${quoteArgv(collectCommand(directory, 'HOLDER')).replace('HOLDER', '"$2"')} | tr '\\000' '|'
`
    const { stdout, stderr } = spawnSync('unshare', ['--mount', '--propagation', 'private', 'sh', '-c', whole], {
      env: { PATH: process.env['PATH'], OUT: directory, SECRET: 'x' },
      encoding: 'utf8',
    })
    expect({ stdout, stderr }).toEqual({
      stdout: expect.stringMatching(/^out\nmark-0123 \d+\nstatus 3\nthere\na=x\n\|\|\|\|$/) as string,
      stderr: expect.any(String) as string,
    })
  })
})
