import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { givenOptions } from '@kernelkit/core/options'
import { parseInitrdSpec } from '@kernelkit/core/options/build'
import { renderScript } from '@kernelkit/core/plan'
import { nodeHost, type Host } from '@kernelkit/host'
import { makeInitrd, planInitrd } from './initrd.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
  writeFileSync(join(directory, 'hello.c'), '#include <stdio.h>\nint main(void) { puts("hello"); return 0; }\n')
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

const lacking = ['gcc', 'cpio', 'gzip'].filter((name) => spawnSync(name, ['--version']).error !== undefined)
const compile = (out: string) => execFileSync('gcc', ['-static', '-O2', '-o', join(directory, out), join(directory, 'hello.c')])

/** Members of an archive: type, mode, owner, size or device, name, and what is in them. */
function membersOf(path: string): { readonly list: readonly string[]; readonly init: Buffer } {
  const bytes = readFileSync(path)
  const input = bytes[0] === 0x1f ? gunzipSync(bytes) : bytes
  const text = execFileSync('cpio', ['-itv', '-n', '--quiet'], { input, encoding: 'utf8', env: { ...process.env, TZ: 'UTC', LC_ALL: 'C' } })
  const init = execFileSync('cpio', ['-i', '--quiet', '--to-stdout', 'init'], { input, maxBuffer: 2 ** 26 })
  // The number of links and the date are those of the files.
  const list = text
    .trim()
    .split('\n')
    .map((line) => line.replace(/^(\S+) +\d+ +(\d+ +\d+ +\d+(?:, +\d+)?) +\w+ +\d+ +[\d:]+ (.*)$/, '$1 $2 $3').replaceAll(/ +/g, ' '))
  return { list: list.toSorted(), init }
}

describe('initrd --dry-run', () => {
  beforeEach((context) => context.skip(lacking.length > 0, `needs ${lacking.join(', ')}`))

  test.each([
    ['a C file', 'hello.c', 'gzip'],
    ['an executable', 'hello', 'gzip'],
    ['a directory', "it's a tree", 'none'],
  ])('a paste of the steps for %s makes the archive that is made', async (_what, source, compress) => {
    compile('hello')
    mkdirSync(join(directory, "it's a tree/sub/deep"), { recursive: true })
    compile("it's a tree/init")
    writeFileSync(join(directory, "it's a tree/sub/a\nname"), 'x'.repeat(5000))
    chmodSync(join(directory, "it's a tree/sub"), 0o711)
    symlinkSync('sub', join(directory, "it's a tree/link"))
    const host = nodeHost({ cwd: directory })
    const specOf = (out: string) => parseInitrdSpec(source, givenOptions({ out, compress }), { hostArch: 'x86_64' })
    const made = await makeInitrd(host, specOf('made.img'))
    const { plan } = await planInitrd(host, specOf('pasted.img'), { parent: directory })
    expect(readdirSync(directory)).not.toContain('pasted.img')
    execFileSync('sh', { input: `umask 077\n${renderScript(plan)}`, cwd: '/', stdio: ['pipe', 'inherit', 'inherit'] })
    const [ours, theirs] = [membersOf(made.initrd), membersOf(join(directory, 'pasted.img'))]
    expect(theirs.list).toEqual(ours.list)
    expect(theirs.init.equals(ours.init)).toBe(true)
    expect(ours.init.length).toBeGreaterThan(1000)
    expect(readdirSync(directory).filter((name) => name.startsWith('kernelkit-initrd-'))).toEqual([])
  })

  test('what is printed is what runs: the same programs with the same arguments', async () => {
    const ran: (readonly string[])[] = []
    const real = nodeHost({ cwd: directory })
    const host: Host = {
      ...real,
      run: (argv, options) => {
        ran.push(argv)
        return real.run(argv, options)
      },
    }
    const spec = parseInitrdSpec('hello.c', givenOptions({ out: 'x.gz' }), { hostArch: 'x86_64' })
    const { plan } = await planInitrd(host, spec, { parent: tmpdir() })
    expect(ran).toEqual([])
    await makeInitrd(host, spec)
    const work = /kernelkit-initrd-[^/]+/g
    const printed = plan.steps.flatMap((step) => (step.kind === 'run' ? [step.argv] : []))
    const plain = (commands: readonly (readonly string[])[]) => commands.map((argv) => argv.map((word) => word.replaceAll(work, 'WORK')))
    expect(plain(ran)).toEqual(plain(printed))
    expect(printed.length).toBe(2)
  })
})
