import { mkdir, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { bakeImage, buildKernel, kernelkit, kernelkitJson } from './lib/kernelkit.ts'
import { comparePairs, median } from './lib/pairs.ts'
import { benchDirectory } from './lib/seed.ts'
import { timeCommand } from './lib/time-command.ts'

/** A distribution's kernel against our own on the same machine type, the size of its initramfs, and its first run from an empty store. Under TCG. */
const reference = 'debian:12/cloud'
const directory = await benchDirectory('kernels')
try {
  const [{ kernel }, image] = [await buildKernel(), await bakeImage()]
  const common = ['--accel', 'tcg', '--machine', 'q35', '--cpus', '1', '--memory', '512M', '--image', image, '--no-cwd', '--net', 'none']
  const run = (name: string, ...more: readonly string[]): readonly string[] => [
    ...kernelkit,
    'run',
    '-k',
    name,
    ...common,
    ...more,
    '--',
    'true',
  ]
  await comparePairs({
    title: `run -k ${reference} -- true against our own kernel`,
    goal: { figure: 'wall', ratio: 2 },
    a: { label: `kernelkit run -k ${reference} -- true`, argv: run(reference) },
    b: { label: 'kernelkit run -k OWN -- true', argv: run(kernel) },
  })

  const argv = (await kernelkitJson(['run', '--dry-run', '-k', reference, ...common, '--', 'true']))['qemu'] as readonly string[]
  const { size } = await stat(argv[argv.indexOf('-initrd') + 1] ?? '')
  const most = 6e6
  process.stdout.write(
    `initramfs with the modules of ${reference}: ${(size / 1e6).toFixed(2)} MB   goal: at most 6 MB   ${size <= most ? 'met' : 'MISSED'}\n`,
  )

  // What the network takes, by apt alone, is measured next to each run from an empty store; the VM itself is the warm run.
  const beyond: number[] = []
  for (let round = 0; round < 3; round++) {
    const download = await downloadByApt(join(directory, `apt-${round}`))
    const store = join(directory, `store-${round}`)
    const cold = await timeCommand(run(reference, '--cache-dir', store))
    const warm = await timeCommand(run(reference, '--cache-dir', store))
    beyond.push(cold.wallSeconds - warm.wallSeconds - download)
  }
  const seconds = median(beyond)
  process.stdout.write(
    `first run from an empty store, beyond its downloads and the warm run: median ${seconds.toFixed(1)} s   goal: at most 5 s   ${seconds <= 5 ? 'met' : 'MISSED'}\n`,
  )
} finally {
  await rm(directory, { recursive: true, force: true })
}

/** Seconds that apt takes for the lists of the release and for the package. */
async function downloadByApt(state: string): Promise<number> {
  for (const name of ['lists/partial', 'archives/partial']) await mkdir(join(state, name), { recursive: true })
  const { stdout } = await timeCommand(['apt-get', 'indextargets', '--format', '$(SITE) $(RELEASE)', 'Created-By: Packages'])
  const suites = [...new Set(stdout.trim().split('\n'))].filter((line) => / bookworm(?:-security)?$/.test(line))
  await writeFile(join(state, 'sources.list'), suites.map((line) => `deb ${line} main\n`).join(''))
  const own = ['State', 'Cache'].flatMap((name) => ['-o', `Dir::${name}=${state}`])
  const options = [
    ...own,
    '-o',
    `Dir::Etc::sourcelist=${state}/sources.list`,
    '-o',
    'Dir::Etc::sourceparts=/dev/null',
    '-o',
    'APT::Sandbox::User=root',
  ]
  const status = ['-o', 'Dir::State::status=/dev/null', '-o', 'Acquire::Languages=none', '-o', 'Dir::Etc::preferencesparts=/dev/null']
  const update = await timeCommand(['apt-get', ...options, ...status, 'update', '-q'])
  const { stdout: depends } = await timeCommand(['apt-cache', ...options, ...status, 'depends', 'linux-image-cloud-amd64'])
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1] ?? ''
  const fetched = await timeCommand(['apt-get', ...options, ...status, 'download', name], { cwd: state })
  return update.wallSeconds + fetched.wallSeconds
}
