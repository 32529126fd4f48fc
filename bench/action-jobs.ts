import { readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { startCacheService, type CacheService, type JobResult, type JobStep } from '@kernelkit/testing'
import { newMachine, requireConclusion, stageOf, useAction } from '../e2e/lib/actions.ts'
import { median, printPairs, type Figures } from './lib/pairs.ts'

// A cold job bakes an image and links a kernel, which takes minutes: fewer pairs than elsewhere.
const pairs = Number(process.argv[2] ?? 3)
const archiveGoal = 0.35

const steps: readonly JobStep[] = [
  useAction('build-kernel', { source: 'deb:linux-source-6.12' }),
  useAction('bake-image', { suite: 'bookworm' }),
  useAction('boot-vm', { run: 'true' }),
]

const cold: Figures[] = []
const warm: Figures[] = []
const sizes: number[] = []
for (let pair = 0; pair < pairs; pair++) {
  await using cache = await startCacheService()
  await using first = await newMachine({ cache })
  // Source and compiler cache are there: what a cold job pays for them is not counted in our favour.
  await first.prime()
  const made = await first.run(steps)
  requireConclusion(made, 'success')
  cold.push(wall(secondsOf(made) - compileSeconds(made)))
  sizes.push(archiveRatio(made, cache))
  await using second = await newMachine({ cache })
  const found = await second.run(steps)
  requireConclusion(found, 'success')
  if (stageOf(found, 'bake-image').outputs['cache-hit'] !== 'true') throw new Error('bench: the image did not come from the cache')
  warm.push(wall(secondsOf(found)))
}

printPairs({
  title: 'kernel and image from the Actions cache and a boot of true, against a cold job without its compiler',
  goal: { figure: 'wall', ratio: 0.25 },
  a: { label: 'both from the cache', timings: warm },
  b: { label: 'both made, source and ccache at hand', timings: cold },
})
const size = median(sizes)
const met = size <= archiveGoal ? 'met' : 'MISSED'
process.stdout.write(
  `archive of a default image\n  archive / allocated bytes ${size.toFixed(3)}   goal: ratio at most ${archiveGoal}   ${met}\n`,
)

function wall(wallSeconds: number): Figures {
  return { wallSeconds, cpuSeconds: 0 }
}

function secondsOf(job: JobResult): number {
  return job.steps.reduce((sum, { main, post }) => sum + (main?.seconds ?? 0) + (post?.seconds ?? 0), 0)
}

function compileSeconds(job: JobResult): number {
  const { kernel = '' } = stageOf(job, 'build-kernel').outputs
  const { seconds } = JSON.parse(readFileSync(join(dirname(kernel), 'manifest.json'), 'utf8')) as { seconds: { compile: number } }
  return seconds.compile
}

function archiveRatio(job: JobResult, cache: CacheService): number {
  const { image = '', key = '' } = stageOf(job, 'bake-image').outputs
  const bytes = cache.entries.find((entry) => entry.key.endsWith(`image-${key}`))?.sizeBytes
  if (bytes === undefined) throw new Error('bench: the image is not in the cache')
  // st_blocks counts 512-byte units (stat(2)).
  return bytes / (statSync(image).blocks * 512)
}
