import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { chooseProject, renderInitFiles, type DirectoryFacts } from './index.ts'

function facts(files: Readonly<Record<string, string>>, executable: readonly string[] = []): DirectoryFacts {
  return { files: [...Object.keys(files), ...executable], executable, texts: files }
}

describe('chooseProject', () => {
  it.each<[string, DirectoryFacts, string, readonly string[]]>([
    [
      'a kernel tree',
      facts({ Kconfig: '', Kbuild: 'obj-y += init/', Makefile: 'VERSION = 6\nPATCHLEVEL = 12\n' }),
      'kernel tree',
      ['uname -a'],
    ],
    ['a Go module', facts({ 'go.mod': '', Makefile: 'test:\n' }), 'Go', ['go test -buildvcs=false ./...']],
    ['a crate', facts({ 'Cargo.toml': '' }), 'Rust', ['cargo test']],
    [
      'pytest',
      facts({ 'pyproject.toml': '[tool.pytest.ini_options]', 'tests/test_a.py': '' }),
      'Python',
      ['python3 -m pytest -p no:cacheprovider'],
    ],
    [
      'unittest',
      facts({ 'tests/test_a.py': 'class A(unittest.TestCase):\n    def test_a(self): pass\n' }),
      'Python',
      ["python3 -m unittest discover -s tests -p 'test_*.py'"],
    ],
    [
      'plain functions, which unittest would pass without running them',
      facts({ 'setup.py': '', 'test_a.py': 'from unittest import mock\ndef test_a(): assert False\n' }),
      'Python',
      ['python3 -m pytest -p no:cacheprovider'],
    ],
    ['a BPF program with a Makefile', facts({ 'src/trace.bpf.c': '', Makefile: 'check: all\n' }), 'BPF project', ['make check']],
    ['a C project', facts({ Makefile: 'all:\n\ntest: all\n\t./t\n' }), 'C project', ['make test']],
    ['executable tests', facts({}, ['tests/one.sh', 'tests/two', 'src/helper.sh']), 'plain tests', ['./tests/one.sh', './tests/two']],
    [
      'executable tests of any name',
      facts({}, ['tests/two bad', "tests/it's", 'tests/a+b']),
      'plain tests',
      ["'./tests/two bad'", `'./tests/it'\\''s'`, './tests/a+b'],
    ],
    ['one that runs all', facts({}, ['tests/one.sh', 'run-tests.sh']), 'plain tests', ['./run-tests.sh']],
  ])('knows %s', (_title, seen, kind, lines) => {
    const project = chooseProject(seen)
    expect(project?.kind).toBe(kind)
    expect(project?.tests.map(({ run }) => run)).toEqual(lines)
  })

  it('knows a module by obj-m, and tests that it loads', () => {
    const project = chooseProject(facts({ Makefile: 'obj-m += frob.o\n' }))
    expect(project).toMatchObject({ kind: 'module', because: 'obj-m in Makefile', tests: [{ name: 'loads' }] })
    expect(project?.tests[0]?.run).toContain('insmod')
  })

  it('takes nothing from a directory without tests, quotes names for the shell, and leaves out those that are several lines', () => {
    expect(chooseProject(facts({ 'README.md': '' }))).toBeUndefined()
    expect(chooseProject(facts({}, ['tests/$(reboot)']))?.tests).toEqual([{ name: 'reboot-', run: "'./tests/$(reboot)'" }])
    expect(chooseProject(facts({}, ['tests/a\nb']))).toBeUndefined()
  })
})

describe('renderInitFiles', () => {
  const project = chooseProject(facts({ 'go.mod': '' }))
  if (project === undefined) throw new Error('no project')

  it('writes a project file with a kernel that is not built', () => {
    const [file] = renderInitFiles(project, { ci: 'github', name: 'x' })
    expect(file?.path).toBe('kernelkit.yaml')
    expect(file?.text).toMatchInlineSnapshot(`
      "# yaml-language-server: $schema=https://unpkg.com/kernelkit/kernelkit.schema.json
      # Go (go.mod). \`kernelkit test\` runs each test in a fresh guest.
      # The guest sees this machine's programs: the tests need go.
      # Nothing is built; other names: debian:13, ubuntu:24.04, the path of a kernel.
      vm: { kernel: 'debian:12/cloud' }
      tests:
        - name: go
          run: go test -buildvcs=false ./...
          timeout: 10m
      "
    `)
  })

  it('pins the same actions as the examples', () => {
    const [, workflow] = renderInitFiles(project, { ci: 'github', name: "x'; echo" })
    const example = readFileSync(new URL('../../../../examples/program-tests.yml', import.meta.url), 'utf8')
    const uses = (text: string) => text.match(/uses: actions\/.*/g) ?? []
    expect(uses(workflow?.text ?? '')).toEqual(uses(example))
    expect(workflow?.text).toContain('name: tests in a guest')
  })

  it('writes a job for GitLab', () => {
    const [, job] = renderInitFiles(project, { ci: 'gitlab', name: 'x' })
    expect(job?.path).toBe('.gitlab-ci.yml')
    expect(job?.text).toContain('junit: kernelkit-artifacts/junit.xml')
  })
})
