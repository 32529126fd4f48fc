import { rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { kernelkit, kernelkitJson } from './lib/kernelkit.ts'
import { comparePairs, median } from './lib/pairs.ts'
import { benchFolder } from './lib/seed.ts'
import { timeCommand } from './lib/time-command.ts'

/** Answering from the store, a warm ccache, and what we add to plain make. Takes about an hour: every pair compiles. Usage: build.ts [PAIRS], default 7. */
const pairs = Number(process.argv[2] ?? 7)
const source = 'deb:linux-source-6.12'
const folder = await benchFolder('build')
const store = join(folder, 'store')
const build = [...kernelkit, 'build', '-q', source, '--config', 'minimal', '--cache-dir', store]
const empty = (...parts: string[]) => rm(join(store, ...parts), { recursive: true, force: true })
try {
  // Unpacks the source and compiles once, so that the page cache and the source artifact are warm for every later run.
  await timeCommand(build)
  const answers: number[] = []
  for (let run = 0; run < pairs; run++) answers.push((await timeCommand(build)).wallSeconds)
  process.stdout.write(
    `unchanged deb: source answered from the store: median ${median(answers).toFixed(2)} s   goal: at most 3 s   ${median(answers) <= 3 ? 'met' : 'MISSED'}\n`,
  )

  const dropBuild = async () => {
    await empty('kernel')
    await empty('build')
  }
  await comparePairs({
    title: 'rebuild from a clean build directory, warm ccache against cold',
    goal: { figure: 'cpu', ratio: 0.12 },
    a: { label: 'kernelkit build, warm ccache', argv: build, before: dropBuild },
    b: {
      label: 'kernelkit build, empty ccache',
      argv: build,
      before: async () => {
        await dropBuild()
        await empty('ccache')
      },
    },
    pairs,
    warmUp: 0,
  })

  const { config } = await kernelkitJson(['build', source, '--config', 'minimal', '--cache-dir', store])
  const tree = String((await kernelkitJson(['build', source, '--config', 'minimal', '--cache-dir', store, '--dry-run']))['source'])
  const plain = join(folder, 'plain')
  const jobs = String(availableParallelism())
  await comparePairs({
    title: 'kernelkit build against plain make of the same configuration, no ccache',
    goal: { figure: 'cpu', ratio: 1.05 },
    a: { label: 'kernelkit build', argv: build, env: { CCACHE_DISABLE: '1' }, before: dropBuild },
    b: {
      label: 'make O=… olddefconfig bzImage',
      argv: [
        'bash',
        '-c',
        'set -e; rm -rf "$1"; mkdir -p "$1"; cp "$2" "$1/.config"; make -s -C "$3" O="$1" olddefconfig; make -s -C "$3" O="$1" -j"$4" bzImage',
        'bash',
        plain,
        String(config),
        tree,
        jobs,
      ],
      env: { PAHOLE: 'false' },
    },
    pairs,
    warmUp: 0,
  })
} finally {
  await rm(folder, { recursive: true, force: true })
}
