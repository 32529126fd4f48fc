import { join, resolve } from 'node:path'
import { hostArch, parseArch } from '@kernelkit/core/arch'
import { applyProjectFile, applyTest, chooseTests, locatePaths, placesOf, reachingValues } from '@kernelkit/core/project'
import { flagOption, type BlockName, type ImageSpec, type KernelSpec, type RawOptions, type TestsSpec } from '@kernelkit/core/options'
import { parseImageSpec, parseKernelSpec } from '@kernelkit/core/options/build'
import { parseTestsSpec } from '@kernelkit/core/options/commands'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { openProjectFile, type Host } from '@kernelkit/host'
import type { ReadyTest } from './run-tests.ts'

/** Everything that `kernelkit test` will do, known before the first of it is begun. */
export interface TestPlan {
  /** Absolute. */
  readonly path: string
  /** Name of the file for messages. */
  readonly file: string
  /** Where builds, bakes and tests run, wherever the command was given. */
  readonly directory: string
  readonly spec: TestsSpec
  /** What is made first; absent when no chosen test takes it. */
  readonly kernel: KernelSpec | undefined
  readonly image: { readonly spec: ImageSpec; readonly force: boolean } | undefined
  readonly tests: readonly PlannedTest[]
}

export interface PlannedTest {
  readonly name: string
  /** Shell line; absent for the kernel's own suites. */
  readonly run: string | undefined
  /** The test with what was made for it; `evidence` takes a directory of its name, where no other was given. */
  readonly ready: (made: MadeFiles & { readonly evidence: string }) => ReadyTest
}

/** What was made before the tests. */
export interface MadeFiles {
  readonly kernel: string | undefined
  readonly image: string | undefined
}

/** The file, the chosen tests and the command line as specs; whatever is wrong with them is reported here. */
export async function planTests(
  host: Host,
  { path, names, options }: { readonly path: string; readonly names: readonly string[]; readonly options: RawOptions },
): Promise<TestPlan> {
  const { file, directory, locatorOf, requireConsent } = await openProjectFile(host, path, { trusted: flagOption(options, 'trustProject') })
  const arch = hostArch(host.nodeArch)
  const located = locatePaths('vm', options, { at: (name) => resolve(host.cwd, name), hasConfig: () => false })
  const given = Object.fromEntries(Object.entries(located).filter(([key]) => !['jobs', 'failFast', 'junit', 'trustProject'].includes(key)))
  const locator = await locatorOf('vm')
  const applied = chooseTests(file, names).map((test) => ({ test, ...applyTest({ file, test, given, locator, hostArch: arch }) }))
  const blockOptions = async (block: BlockName, command: string): Promise<RawOptions> =>
    applyProjectFile({ file, block, command, given: {}, words: [], locator: await locatorOf(block), hostArch: arch }).options
  const takes = (what: keyof MadeFiles) => applied.some((one) => one.takes[what])
  const image = takes('image') ? await blockOptions('image', 'bake') : undefined
  const kernel = takes('kernel') ? await blockOptions('kernel', 'build') : undefined
  await requireConsent([
    ...(kernel === undefined ? [] : reachingValues('kernel', kernel)),
    ...(image === undefined ? [] : reachingValues('image', image)),
    ...applied.flatMap((test) => reachingValues('vm', test.options)),
  ])
  return {
    path,
    file: file.name,
    directory,
    spec: parseTestsSpec(options),
    kernel: kernel === undefined ? undefined : parseKernelSpec(kernel, [], { arch: parseArch(arch) }),
    image: image === undefined ? undefined : { spec: parseImageSpec(image, { hostArch: arch }), force: flagOption(image, 'force') },
    tests: applied.map(({ test, options: own, takes: taken }) => {
      const spec = parseVmSpec(own, { command: 'run' })
      const ready: PlannedTest['ready'] = ({ kernel: built, image: made, evidence }) => ({
        name: test.name,
        argv: test.run === undefined ? [] : ['/bin/sh', '-c', test.run],
        wanted: {
          spec,
          command: 'run',
          reader: { door: 'file', places: placesOf(own) },
          made: { kernel: taken.kernel ? built : undefined, image: taken.image ? made : undefined },
          evidence: join(spec.evidence ?? evidence, test.name),
          artifacts: spec.artifacts === undefined ? undefined : { path: join(spec.artifacts, test.name), isOptional: false },
        },
      })
      return { name: test.name, run: test.run, ready }
    }),
  }
}
