import { join, resolve } from 'node:path'
import { diskDevice } from '@kernelkit/core/disk'
import { UserError, message, nearestName, option } from '@kernelkit/core/errors'
import type { SuiteSpec } from '@kernelkit/core/options'
import {
  blktestsScript,
  blktestsTranslator,
  createTranslatedReader,
  guestSuite,
  ltpScript,
  scratchBytes,
  splitSuiteWords,
  suitePlaces,
  suiteProof,
  xfstestsScript,
  xfstestsTranslator,
  type FoundSuite,
  type GuestSuite,
} from '@kernelkit/core/suites'
import type { Store } from '@kernelkit/host'
import type { PreparedSuite, SuiteContext } from './prepare-suite.ts'
import { lacksProgram, openRoot, type RootFiles } from './root-files.ts'

interface SuiteKind {
  readonly disks: number
  readonly script: (suite: GuestSuite) => string
  readonly reader?: PreparedSuite['reader']
  /** Programs without which none of its tests runs. */
  readonly programs: readonly string[]
}

const kinds: Readonly<Record<FoundSuite, SuiteKind>> = {
  ltp: { disks: 0, script: ltpScript, programs: ['timeout', 'mktemp'] },
  xfstests: {
    disks: 2,
    script: xfstestsScript,
    reader: () => createTranslatedReader(xfstestsTranslator()),
    programs: ['bash', 'perl', 'awk', 'xfs_io'],
  },
  blktests: {
    disks: 1,
    script: blktestsScript,
    reader: () => createTranslatedReader(blktestsTranslator()),
    programs: ['bash', 'fio', 'column'],
  },
}

/** LTP, xfstests or blktests as they are in the root or in a directory of this host. Throws `NO_SUITE` and `NO_SUCH_SUITE`. */
export async function prepareFoundSuite(
  { host, store, spec, plan }: SuiteContext,
  suite: SuiteSpec & { readonly name: FoundSuite },
): Promise<PreparedSuite> {
  const kind = kinds[suite.name]
  const root = openRoot(host, plan.root)
  const place = suite.directory === undefined ? await placeInRoot(root, suite.name) : resolve(host.cwd, suite.directory)
  const names: RootFiles['names'] = suite.directory === undefined ? root.names : (path) => host.fs.readdir(path).catch(() => [])
  if (suite.directory !== undefined && !(await names(place))?.includes(suiteProof[suite.name].file)) throw notThere(suite)
  const words = splitSuiteWords(suite.words)
  await refuseUnknown({ suite, place, names, words })
  for (const program of [...kind.programs, ...(suite.name === 'xfstests' ? [`mkfs.${fileSystemOf(spec.env)}`] : [])])
    if ((await root.hasProgram(program)) === false) host.log.warn(lacksProgram(suite.name, program, plan.root))
  // Those of the VM come first.
  const first = Number(plan.root.drive !== undefined) + spec.disks.length
  const devices = Array.from({ length: kind.disks }, (_, index) => diskDevice(first + index))
  const disk = kind.disks === 0 ? undefined : await scratchDisk(store, host)
  const directory = suite.directory === undefined ? place : guestSuite
  return {
    argv: ['/bin/sh', '-c', kind.script({ directory, words, devices })],
    spec: {
      ...spec,
      format: 'ktap',
      // QEMU throws away what is written: the file stays empty, and all runs share it.
      disks: [...spec.disks, ...devices.map(() => ({ path: disk ?? '', readonly: false }))],
      shares: suite.directory === undefined ? spec.shares : [...spec.shares, { source: place, guest: guestSuite, mode: 'cow' }],
    },
    ...(kind.reader === undefined ? {} : { reader: kind.reader }),
  }
}

function fileSystemOf(env: SuiteContext['spec']['env']): string {
  const value = env.find(({ name }) => name === 'FSTYP')?.value ?? 'ext4'
  return /^\w+$/.test(value) ? value : 'ext4'
}

/** The first place that has it; where this host cannot look into the root, the first of all. */
async function placeInRoot(root: RootFiles, name: FoundSuite): Promise<string> {
  const places = suitePlaces[name]
  for (const place of places) {
    const names = await root.names(place)
    if (names === undefined || names.includes(suiteProof[name].file)) return place
  }
  throw new UserError('NO_SUITE', message`${option(name)}: the root has none in ${places.join(', ')}.`, {
    hint: message`Name where it is on this host with ${option('suite-dir', 'DIR')}, or bake it into the image with ${option('customize', 'SCRIPT')}.`,
    details: { suite: name, places },
  })
}

function notThere({ name, directory = '' }: SuiteSpec & { readonly name: FoundSuite }): UserError {
  return new UserError('NO_SUITE', message`${option('suite-dir', directory)}: there is no ${suiteProof[name].file} of ${name} in it.`, {
    hint: `Name the directory of a built ${name}, which has ${suiteProof[name].file} in it.`,
    details: { suite: name, directory },
  })
}

interface Asked {
  readonly suite: SuiteSpec & { readonly name: FoundSuite }
  readonly place: string
  readonly names: RootFiles['names']
  readonly words: readonly string[]
}

async function refuseUnknown({ suite, place, names, words }: Asked): Promise<void> {
  const directory = suiteProof[suite.name].names
  if (directory === undefined) return
  const known = await names(join(place, directory))
  if (known === undefined) return
  for (const word of words) {
    const [name = ''] = word.split('/')
    if (known.includes(name)) continue
    const near = nearestName(name, known)
    throw new UserError('NO_SUCH_SUITE', message`${option(suite.name)} '${word}': ${join(place, directory)} has no ${name}.`, {
      hint: near === undefined ? `It has: ${known.slice(0, 20).join(', ')}${known.length > 20 ? ', …' : ''}.` : `Did you mean ${near}?`,
      details: { seen: word },
    })
  }
}

/** An empty file of which no block is written: it takes no space. */
async function scratchDisk(store: Store, host: SuiteContext['host']): Promise<string> {
  const path = join(await store.workDirectory('state', 'scratch'), 'empty.img')
  if (!(await host.fs.exists(path))) {
    const fresh = `${path}.${host.randomHex(4)}`
    await host.fs.writeFile(fresh, '')
    await host.fs.truncate(fresh, scratchBytes)
    await host.fs.rename(fresh, path)
  }
  return path
}
