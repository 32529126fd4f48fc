import { execFileSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, startProgram } from './lib/kernelkit.ts'
import { onlyFull } from './lib/tiers.ts'
import { repository } from '../tools/source-files.ts'

const example = join(repository, 'examples/runner-tap.sh')
const kernels = ['debian:11/cloud', 'debian:12/cloud', 'debian:12-backports/cloud', 'debian:13-backports/cloud']
const minutes = 60_000
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-runner-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** The source package of Debian's iptables, with apt in a directory of its own: nothing of this machine's apt changes. */
function fetchSource(): string {
  const [line = ''] = execFileSync('apt-get', ['indextargets', '--format', '$(REPO_URI) $(CODENAME)', 'Created-By: Packages'], {
    encoding: 'utf8',
  })
    .split('\n')
    .filter((one) => /\/debian\/? [a-z]+$/.test(one))
  const [uri = '', suite = ''] = line.split(' ')
  const apt = join(directory, 'apt')
  for (const part of ['lists/partial', 'archives/partial']) mkdirSync(join(apt, part), { recursive: true })
  writeFileSync(join(apt, 'sources.list'), `deb-src ${uri} ${suite} main\n`)
  const options = [
    `Dir::Etc::sourcelist=${apt}/sources.list`,
    'Dir::Etc::sourceparts=/dev/null',
    `Dir::State::lists=${apt}/lists`,
    `Dir::Cache=${apt}`,
  ]
  const get = (...words: readonly string[]) =>
    execFileSync('apt-get', [...options.flatMap((one) => ['-o', one]), '-q', ...words], {
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
  get('update')
  get('source', '--download-only', 'iptables')
  const tarball = readdirSync(directory).find((name) => name.includes('.orig.tar')) ?? ''
  const source = join(directory, 'iptables')
  mkdirSync(source)
  execFileSync('tar', ['-xf', join(directory, tarball), '-C', source, '--strip-components=1'])
  return source
}

interface Cell {
  readonly verdict: string
  readonly stdout: string
  readonly cell: { readonly test: string; readonly kernel: string }
  readonly results: { readonly tests: readonly { readonly name: string; readonly status: string }[] } | null
}

describe("the filter for netfilter's test runners", () => {
  it('turns the lines of the runners into TAP, and says so when there are none', async () => {
    const lines = [
      'I: [EXECUTING]   ././testcases/a_0',
      '\u001B[1A\u001B[KI: [OK]          ././testcases/a_0',
      'W: [FAILED]      ././testcases/x/b_0: expected 0 but got 1',
      'I: [OK]         1/3 testcases/chains/c_0',
      'I: [SKIPPED]    2/3 testcases/chains/d_0',
      'I: results: [OK] 2 [FAILED] 1 [TOTAL] 3',
    ]
    writeFileSync(join(directory, 'lines'), `${lines.join('\n')}\n`)
    const { stdout } = await startProgram([example, 'cat', join(directory, 'lines')]).result
    expect(stdout.split('\n').filter((line) => !line.startsWith('# I:'))).toEqual([
      'TAP version 13',
      'ok 1 - a_0',
      'not ok 2 - x/b_0',
      '# expected 0 but got 1',
      'ok 3 - chains/c_0',
      'ok 4 - chains/d_0 # SKIP ',
      '1..4',
      '',
    ])
    expect((await startProgram([example, 'sh', '-c', 'echo E: missing; exit 77']).result).stdout).toContain(
      'Bail out! no results, the runner exited with status 77',
    )
  })

  it(
    'gives each kernel of a matrix, test by test, what the runner itself prints in a guest of it',
    { ...onlyFull('eight guests of four kernels, with many programs in each'), timeout: 45 * minutes },
    async () => {
      const source = fetchSource()
      copyFileSync(example, join(directory, 'runner-tap.sh'))
      expect(existsSync(join(source, 'iptables/tests/shell/run-tests.sh'))).toBe(true)
      const cases = '$(ls iptables/iptables/tests/shell/testcases/chain/*_[0-9] iptables/iptables/tests/shell/testcases/ip6tables/*_[0-9])'
      const run = `iptables/iptables/tests/shell/run-tests.sh --host --nft ${cases}`
      const file = {
        vm: { root: 'host', memory: '512M' },
        tests: [
          { name: 'tap', run: `./runner-tap.sh ${run}`, format: 'tap', timeout: '20m' },
          { name: 'own', run: `${run} || true`, format: 'exit', timeout: '20m' },
        ],
        matrix: { kernels },
      }
      writeFileSync(join(directory, 'kernelkit.yaml'), JSON.stringify(file))
      const { stdout, stderr } = await kernelkit(['matrix', '--json', '--trust-project'], { cwd: directory, timeoutMs: 40 * minutes })
      const { cells } = JSON.parse(stdout) as { readonly cells: readonly Cell[] }
      for (const kernel of kernels) {
        const [tap, own] = ['tap', 'own'].map((test) => cells.find(({ cell }) => cell.test === test && cell.kernel === kernel))
        expect({ verdict: own?.verdict, stderr }).toMatchObject({ verdict: 'pass' })
        const printed =
          readFileSync(own?.stdout ?? '', 'utf8') + readFileSync((own?.stdout ?? '').replace(/stdout(?=[^/]*$)/, 'stderr'), 'utf8')
        const expected = [...printed.matchAll(/\[(OK|FAILED)\] +\S*testcases\/([^\s:]+)/g)].map(([, word, name = '']) => [
          name,
          word === 'OK' ? 'pass' : 'fail',
        ])
        expect(expected.length).toBeGreaterThan(8)
        const found = (tap?.results?.tests ?? []).map(({ name, status }) => [name, status])
        expect({ kernel, tests: Object.fromEntries(found) }).toEqual({ kernel, tests: Object.fromEntries(expected) })
      }
    },
  )
})
