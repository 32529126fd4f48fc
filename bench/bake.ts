import { spawn } from 'node:child_process'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { classicBakeScript, peakMemoryMB } from './lib/classic-image.ts'
import { imageSizes } from './lib/image-sizes.ts'
import { bakeImage, kernelkit } from './lib/kernelkit.ts'
import { comparePairs } from './lib/pairs.ts'
import { benchDirectory } from './lib/seed.ts'

/** A bake with an empty store against the classic recipe; size of the default image; our own process's memory. Usage: bake.ts [PAIRS], default 7. Needs root. */
const pairs = Number(process.argv[2] ?? 7)
const suite = 'bookworm'
const directory = await benchDirectory('bake')
const store = join(directory, 'store')
const emptyStore = () => rm(store, { recursive: true, force: true })
const bake = [...kernelkit, 'bake', '-q', '--suite', suite, '--cache-dir', store]
try {
  await comparePairs({
    title: `bake ${suite} against debootstrap, dd, mkfs, loop mount, cp -a`,
    goal: { figure: 'cpu', ratio: 0.7 },
    a: { label: 'kernelkit bake, empty store', argv: bake, before: emptyStore },
    b: { label: 'classic recipe', argv: classicBakeScript({ directory, suite }) },
    pairs,
    warmUp: 0,
  })

  await emptyStore()
  const [program, ...args] = bake
  const child = spawn(program ?? '', args, { stdio: 'inherit' })
  let peak = 0
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve))
  while (child.exitCode === null && child.signalCode === null) {
    peak = Math.max(peak, (await peakMemoryMB(child.pid ?? 0)) ?? 0)
    await Promise.race([delay(200), ended])
  }
  if ((await ended) !== 0) throw new Error('bench: the bake failed')
  process.stdout.write(
    `memory of kernelkit's own process while baking: peak ${peak.toFixed(0)} MB   goal: below 200 MB   ${peak < 200 ? 'met' : 'MISSED'}\n`,
  )

  const { allocatedMiB, zstdMB } = await imageSizes(await bakeImage(suite))
  process.stdout.write(
    `default image: ${allocatedMiB.toFixed(0)} MiB allocated (goal: at most 260), ${zstdMB.toFixed(1)} MB as zstd (goal: at most 60)\n`,
  )
} finally {
  await rm(directory, { recursive: true, force: true })
}
