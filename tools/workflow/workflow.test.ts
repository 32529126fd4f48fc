import { execFileSync, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { repository } from '../source-files.ts'
import { readWorkflow } from './read-workflow.ts'
import { renderLine } from './render-line.ts'

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-workflow-test-'))
afterAll(() => rmSync(directory, { recursive: true, force: true }))

const choice = { matrix: {}, ownActions: ['boot-vm'], checkout: '/src' }
const one = (steps: string, rest = '') => `on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n${rest}    steps:\n${steps}`

describe('readWorkflow', () => {
  it('runs the actions of this repository, copies for a checkout, and says what it does not run', () => {
    const job = readWorkflow(
      one(
        '      - uses: actions/checkout@v6\n      - { name: boot, uses: OWNER/kernelkit/actions/boot-vm@v0, with: { run: uname } }\n      - uses: ./actions/boot-vm\n      - uses: actions/upload-artifact@v7\n',
      ),
      choice,
    )
    expect(job.steps).toMatchObject([
      { id: 'actions/checkout', run: expect.stringContaining('git -C /src ls-files') },
      { id: 'boot', uses: 'OWNER/kernelkit/actions/boot-vm@local', with: { run: 'uname' } },
      { uses: 'OWNER/kernelkit/actions/boot-vm@local' },
      { run: "echo 'not run here: actions/upload-artifact@v7'" },
    ])
    expect(job.notes).toEqual(['actions/checkout@v6: a copy of /src, without what git ignores', 'actions/upload-artifact@v7: not run here'])
  })

  it.each(['./', 'OWNER/kernelkit@v0', 'someone/kernelkit@main'])('runs %s, the action at the root of the repository', (uses) => {
    const job = readWorkflow(one(`      - { uses: ${uses}, with: { run: make check } }\n`), choice)
    expect(job.steps).toEqual([{ id: uses.replace(/@.*/, ''), uses: 'OWNER/kernelkit@local', with: { run: 'make check' } }])
    expect(job.notes).toEqual([])
  })

  it('takes the first of each key of a matrix, or what is asked for', () => {
    const text = one(
      '      - run: echo ${{ matrix.arch }} ${{matrix.n}}\n',
      '    strategy: { matrix: { arch: [x86_64, i386], n: [1, 2] } }\n',
    )
    expect(readWorkflow(text, choice).steps).toEqual([{ run: 'echo x86_64 1' }])
    expect(readWorkflow(text, { ...choice, matrix: { arch: 'i386' } }).steps).toEqual([{ run: 'echo i386 1' }])
    expect(() => readWorkflow(text, { ...choice, matrix: { cpu: '1' } })).toThrow("the matrix has no 'cpu'; it has arch, n.")
  })

  it.each([
    ['jobs: { a: { steps: [] }, b: { steps: [] } }', 'the workflow has 2 jobs: a, b. Name one with --job.'],
    ['jobs: { a: { container: debian, steps: [] } }', 'job a has `container:`, which only GitHub'],
    ['jobs: { a: {} }', 'job a has no steps.'],
    ['[]', 'the workflow is not a map of keys.'],
  ])('refuses %j', (text, message) => {
    expect(() => readWorkflow(text, choice)).toThrow(message)
  })
})

it('renderLine shows commands to the runner as people read them', () => {
  expect(
    ['plain', '::group::Build', '::endgroup::', '::error file=a.c,line=3,title=NO::it%0Ais', '::warning::w', '::add-mask::x'].map(
      renderLine,
    ),
  ).toEqual(['plain', '> Build', undefined, 'error: a.c:3: NO: it\nis', 'warning: w', undefined])
})

describe('npm run workflow', () => {
  const run = (text: string, ...words: readonly string[]) => {
    const project = join(directory, 'a project')
    mkdirSync(project, { recursive: true })
    execFileSync('git', ['init', '-q', project])
    writeFileSync(join(project, 'content'), 'not committed\n')
    writeFileSync(join(project, 'ci.yml'), text)
    const argv = [join(repository, 'tools/workflow/main.ts'), 'ci.yml', '--directory', join(directory, 'runner'), ...words]
    const { stdout, stderr, status } = spawnSync(process.execPath, argv, {
      cwd: project,
      encoding: 'utf8',
      env: { ...process.env, INIT_CWD: project },
    })
    return { stdout, stderr, status }
  }

  it('runs a job on the files as they are, hands variables on, and exits with its conclusion', () => {
    const passed = run(
      one(
        '      - uses: actions/checkout@v6\n      - run: cat content; echo "WORD=w$N" >> "$GITHUB_ENV"\n      - run: echo "seen $WORD"\n',
        '    env: { N: 1 }\n',
      ),
    )
    expect({ status: passed.status, stderr: passed.stderr }).toEqual({ status: 0, stderr: '' })
    expect(passed.stdout).toMatch(/^== step-2\nnot committed\n== step-3\nseen w1$/m)
    expect(passed.stdout).toMatch(/^success: the workspace is /m)
  })

  it('exits with status 1 when a step fails, after the steps that run always', () => {
    const failed = run(one('      - run: exit 3\n      - run: echo no\n      - { if: always(), run: echo still }\n'))
    expect(failed.status).toBe(1)
    expect(failed.stdout).toMatch(/^== step-2 \(skipped: success\(\)\)\n== step-3\nstill$/m)
  })

  it('exits with status 2 and says what it cannot do', () => {
    expect(run('jobs: { a: { services: {}, steps: [] } }')).toMatchObject({ status: 2, stderr: expect.stringContaining('`services:`') })
  })
})
