import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { kernelkit } from './lib/kernelkit.ts'
import { comparePairs, median } from './lib/pairs.ts'
import { benchDirectory } from './lib/seed.ts'
import { timeCommand } from './lib/time-command.ts'

/**
 * The toolchain container: start to the first command, and a kernel build inside against the same build on the host
 * (same store, warm ccache: what differs is where the compiler runs). Needs an engine. Usage: toolchain.ts [PAIRS], default 7.
 */
const pairs = Number(process.argv[2] ?? 7)
const directory = await benchDirectory('toolchain')
const store = join(directory, 'store')
const build = [...kernelkit, 'build', '-q', 'deb:linux-source-6.12', '--config', 'minimal', '--cache-dir', store]
const inContainer = [...build, '--toolchain', 'docker']
try {
  await timeCommand([...kernelkit, 'toolchain', 'build', '-q'])
  const starts: number[] = []
  for (let run = 0; run < pairs; run++) {
    const inside = await timeCommand([...kernelkit, 'toolchain', 'run', '-q', '--', 'true'])
    const nothing = await timeCommand([...kernelkit, 'toolchain', 'build', '-q'])
    starts.push(inside.wallSeconds - nothing.wallSeconds)
  }
  process.stdout.write(
    `container from its start to the end of its first command, removal included: median ${median(starts).toFixed(2)} s   goal: at most 0.5 s   ${median(starts) <= 0.5 ? 'met' : 'MISSED'}\n`,
  )

  // Source, ccache and page cache are warm for both sides.
  await timeCommand(build)
  const before = async () => {
    await rm(join(store, 'kernel'), { recursive: true, force: true })
    await rm(join(store, 'build'), { recursive: true, force: true })
  }
  await comparePairs({
    title: 'a kernel build in the container against the same build on the host',
    goal: { figure: 'wall', ratio: 1.05 },
    a: { label: 'kernelkit build --toolchain docker', argv: inContainer, before },
    b: { label: 'kernelkit build --toolchain host', argv: [...build, '--toolchain', 'host'], before },
    pairs,
  })
} finally {
  await rm(directory, { recursive: true, force: true })
}
