import { quoteArgv } from '../shell/index.ts'
import { isPythonTest, type DirectoryFacts } from './directory-facts.ts'

export type ProjectKind = 'kernel tree' | 'module' | 'BPF project' | 'Go' | 'Rust' | 'Python' | 'C project' | 'plain tests'

export interface InitTest {
  readonly name: string
  readonly run: string
}

/** What was found in a directory, and what its tests are. */
export interface InitProject {
  readonly kind: ProjectKind
  /** The files that say so. */
  readonly because: string
  /** It is a tree whose own kernel is built; else a kernel of a distribution is taken. */
  readonly buildsKernel: boolean
  readonly tests: readonly InitTest[]
  /** Programs that the tests call, for the sentence about what the guest's root must have. */
  readonly needs: readonly string[]
}

type Rule = (facts: DirectoryFacts) => InitProject | undefined

const makefileOf = ({ texts }: DirectoryFacts): string => texts['GNUmakefile'] ?? texts['Makefile'] ?? ''
const hasTarget = (makefile: string, target: string): boolean => new RegExp(`^${target}\\s*:(?!=)`, 'm').test(makefile)
const testTarget = (makefile: string): string | undefined => ['check', 'test'].find((target) => hasTarget(makefile, target))

function kernelTree({ files, texts }: DirectoryFacts): InitProject | undefined {
  if (!files.includes('Kconfig') || !files.includes('Kbuild') || !/^PATCHLEVEL\s*=/m.test(texts['Makefile'] ?? '')) return undefined
  const tests = [{ name: 'boots', run: 'uname -a' }]
  return { kind: 'kernel tree', because: 'Kconfig, Kbuild and PATCHLEVEL in Makefile', buildsKernel: true, tests, needs: [] }
}

function module(facts: DirectoryFacts): InitProject | undefined {
  const [name] = ['Kbuild', 'Makefile'].filter((file) => /^\s*obj-m\s*[:+]?=/m.test(facts.texts[file] ?? ''))
  if (name === undefined) return undefined
  const run = [
    'set -e',
    // The sources are on a share, under an overlay: nothing of the build reaches the checkout.
    'make -C "/lib/modules/$(uname -r)/build" M="$PWD" modules',
    'for module in *.ko; do insmod "$module"; rmmod "${module%.ko}"; done',
  ].join('\n')
  return {
    kind: 'module',
    because: `obj-m in ${name}`,
    buildsKernel: false,
    tests: [{ name: 'loads', run }],
    needs: ['make', 'gcc', 'the headers of the kernel', 'insmod'],
  }
}

function bpf(facts: DirectoryFacts): InitProject | undefined {
  const source = facts.files.find((file) => file.endsWith('.bpf.c'))
  if (source === undefined) return undefined
  const target = testTarget(makefileOf(facts))
  const tests = target === undefined ? scripts(facts) : [{ name: target, run: `make ${target}` }]
  return { kind: 'BPF project', because: source, buildsKernel: false, tests, needs: ['make', 'clang', 'bpftool'] }
}

function go({ files }: DirectoryFacts): InitProject | undefined {
  if (!files.includes('go.mod')) return undefined
  // Without version stamps: git refuses to look at a directory of another user, which the guest's root is.
  return {
    kind: 'Go',
    because: 'go.mod',
    buildsKernel: false,
    tests: [{ name: 'go', run: 'go test -buildvcs=false ./...' }],
    needs: ['go'],
  }
}

function rust({ files }: DirectoryFacts): InitProject | undefined {
  if (!files.includes('Cargo.toml')) return undefined
  return { kind: 'Rust', because: 'Cargo.toml', buildsKernel: false, tests: [{ name: 'cargo', run: 'cargo test' }], needs: ['cargo'] }
}

function python({ files, texts }: DirectoryFacts): InitProject | undefined {
  const project = ['pyproject.toml', 'setup.cfg', 'tox.ini', 'setup.py'].find((file) => files.includes(file))
  // Without one there is nothing to run, and before Python 3.12 unittest passes then.
  const tests = files.filter(isPythonTest)
  if (tests.length === 0) return undefined
  const namesPytest =
    Object.values(texts).some((text) => text.includes('pytest')) || files.some((file) => /(?:^|\/)conftest\.py$/.test(file))
  // unittest runs the methods of such classes alone, and passes where there are none; pytest runs them too.
  const ofUnittest = tests.find((path) => /\bTestCase\b/.test(texts[path] ?? ''))
  const hasOthers = tests.some((path) => /^(?:(?:async )?def test_|class Test\w*(?:\(\))?:)/m.test(texts[path] ?? ''))
  const isPytest = namesPytest || hasOthers || ofUnittest === undefined
  const directory = ofUnittest?.includes('/') === true ? ofUnittest.slice(0, ofUnittest.lastIndexOf('/')) : '.'
  const run = isPytest
    ? 'python3 -m pytest -p no:cacheprovider'
    : `python3 -m unittest discover -s ${directory} -p '${ofUnittest.endsWith('_test.py') ? '*_test.py' : 'test_*.py'}'`
  return {
    kind: 'Python',
    because: project ?? tests[0] ?? '',
    buildsKernel: false,
    tests: [{ name: 'python', run }],
    needs: isPytest ? ['python3', 'pytest'] : ['python3'],
  }
}

function cProject(facts: DirectoryFacts): InitProject | undefined {
  const target = testTarget(makefileOf(facts))
  if (target === undefined) return undefined
  return {
    kind: 'C project',
    because: `the target ${target} of the Makefile`,
    buildsKernel: false,
    tests: [{ name: target, run: `make ${target}` }],
    needs: ['make'],
  }
}

function plain(facts: DirectoryFacts): InitProject | undefined {
  const tests = scripts(facts)
  const [first] = tests
  return first === undefined ? undefined : { kind: 'plain tests', because: first.run, buildsKernel: false, tests, needs: [] }
}

// More are a suite, which a runner of its own starts.
const mostScripts = 200
const longestName = 60
// In a comment of the file they would be lines of their own.
const hasControls = /\p{Cc}/u

/** Executable tests: below test/ and tests/, and those called test-… or …-test; one named run-tests stands for all. */
function scripts({ executable }: DirectoryFacts): readonly InitTest[] {
  const found = executable.filter(
    (path) => !hasControls.test(path) && /^tests?\/[^/]+$|^(?:run[-_])?tests?(?:[-_.][^/]*)?$|^[^/]*[-_]tests?(?:\.[a-z]+)?$/.test(path),
  )
  const runner = found.find((path) => /(?:^|\/)run[-_]tests?(?:\.[a-z]+)?$/.test(path))
  const names = new Set<string>()
  return (runner === undefined ? found : [runner]).slice(0, mostScripts).map((path) => {
    const base = nameOf(path.replace(/^.*\//, '').replace(/\.[a-z]+$/, ''))
    const name = [base, nameOf(path)].find((one) => !names.has(one)) ?? `test-${names.size}`
    names.add(name)
    return { name, run: quoteArgv([`./${path}`]) }
  })
}

/** A name as kernelkit.yaml takes it. */
function nameOf(text: string): string {
  return (
    text
      .replaceAll(/[^A-Za-z0-9_-]/g, '-')
      .replace(/^[-_]+/, '')
      .slice(0, longestName) || 'test'
  )
}

const rules: readonly Rule[] = [kernelTree, module, bpf, go, rust, python, cProject, plain]

/** The kind of project, `undefined` when nothing in the directory says how it is tested. */
export function chooseProject(facts: DirectoryFacts): InitProject | undefined {
  for (const rule of rules) {
    const project = rule(facts)
    if (project !== undefined && project.tests.length > 0) return project
  }
  return undefined
}
