// CPU time is counted in ticks of 4 ms on some kernels, and collections of garbage come when they like: less than this is not compared.
const leastMs = 8
// Linear work takes four times as long for four times as much; quadratic work sixteen times.
const mostGrowth = 10
const tries = 3

/**
 * Runs some work with growing sizes and compares CPU time: what was found to grow faster than the size, with a wide margin. A step that is
 * far beyond it ends the measurement, so that work without end is not waited for.
 */
export function growth(work: (size: number) => void, sizes: readonly number[]): readonly string[] {
  const found: string[] = []
  let before: { readonly size: number; readonly ms: number } | undefined
  for (const size of sizes) {
    let ms = cpuMs(work, size)
    if (before !== undefined) {
      const allowed = mostGrowth ** (Math.log(size / before.size) / Math.log(4))
      const isFaster = () => ms > allowed * Math.max(before?.ms ?? 0, leastMs)
      // Another try: the first one may have compiled what it ran.
      for (let again = 0; again < tries && isFaster(); again += 1) {
        const earlier = Math.max(before.ms, cpuMs(work, before.size))
        before = { size: before.size, ms: earlier }
        ms = Math.min(ms, cpuMs(work, size))
      }
      if (isFaster()) {
        found.push(`${before.size} take ${before.ms.toFixed(2)} ms, ${size} take ${ms.toFixed(2)} ms`)
        break
      }
    }
    before = { size, ms }
  }
  return found
}

/** CPU time of this thread. */
function cpuMs(work: (size: number) => void, size: number): number {
  const start = process.threadCpuUsage()
  work(size)
  const { user, system } = process.threadCpuUsage(start)
  return (user + system) / 1000
}
