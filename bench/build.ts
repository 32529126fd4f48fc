import { readdir, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { kernelkit, kernelkitJson } from './lib/kernelkit.ts'
import { median, printPairs } from './lib/pairs.ts'
import { benchDirectory } from './lib/seed.ts'
import { timeCommand, type Timing } from './lib/time-command.ts'

/**
 * Answering from the store, a warm ccache, and what we add to plain make. Each round compiles twice from nothing, by make and by
 * kernelkit, both through an empty ccache, and then once more through the filled one. Usage: build.ts [ROUNDS], default 7: about an hour.
 */
const rounds = Number(process.argv[2] ?? 7)
const words = ['deb:linux-source-6.12', '--config', 'minimal']
const directory = await benchDirectory('build')
const store = join(directory, 'store')
const build = [...kernelkit, 'build', '-q', ...words, '--cache-dir', store]
const empty = (...names: readonly string[]) => Promise.all(names.map((name) => rm(join(store, name), { recursive: true, force: true })))
try {
  // Unpacks the source and compiles once, so that the page cache and the source artifact are warm for every later run.
  await timeCommand(build)
  const answers: number[] = []
  for (let run = 0; run < rounds; run++) answers.push((await timeCommand(build)).wallSeconds)
  process.stdout.write(
    `unchanged deb: source answered from the store: median ${median(answers).toFixed(2)} s   goal: at most 3 s   ${median(answers) <= 3 ? 'met' : 'MISSED'}\n`,
  )

  const { config } = await kernelkitJson(['build', ...words, '--cache-dir', store])
  const [source = ''] = await readdir(join(store, 'source'))
  const plain = join(directory, 'plain')
  const plainCcache = join(directory, 'plain-ccache')
  const make = [
    'bash',
    '-c',
    [
      'set -e; mkdir -p "$1"; cp "$2" "$1/.config"',
      'make -s -C "$3" O="$1" CC="ccache gcc" olddefconfig',
      'make -s -C "$3" O="$1" CC="ccache gcc" -j"$4" bzImage',
    ].join('; '),
    'bash',
    plain,
    String(config),
    join(store, 'source', source, 'tree'),
    String(availableParallelism()),
  ]
  const timings: { readonly make: Timing[]; readonly cold: Timing[]; readonly warm: Timing[] } = { make: [], cold: [], warm: [] }
  for (let round = 0; round < rounds; round++) {
    await Promise.all([plain, plainCcache].map((path) => rm(path, { recursive: true, force: true })))
    timings.make.push(await timeCommand(make, { env: { PAHOLE: 'false', CCACHE_DIR: plainCcache } }))
    await empty('kernel', 'build', 'ccache')
    timings.cold.push(await timeCommand(build))
    await empty('kernel', 'build')
    timings.warm.push(await timeCommand(build))
    process.stdout.write(
      `round ${round + 1}: ${[timings.make, timings.cold, timings.warm].map((list) => `${list[round]?.cpuSeconds.toFixed(0)} s`).join(', ')} of CPU\n`,
    )
  }
  printPairs({
    title: 'rebuild from a clean build directory, warm ccache against cold',
    goal: { figure: 'cpu', ratio: 0.12 },
    a: { label: 'kernelkit build, warm ccache', timings: timings.warm },
    b: { label: 'kernelkit build, empty ccache', timings: timings.cold },
  })
  printPairs({
    title: 'kernelkit build against plain make of the same configuration, both with an empty ccache',
    goal: { figure: 'cpu', ratio: 1.05 },
    a: { label: 'kernelkit build', timings: timings.cold },
    b: { label: 'make O=… olddefconfig bzImage', timings: timings.make },
  })
} finally {
  await rm(directory, { recursive: true, force: true })
}
