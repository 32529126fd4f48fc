import { stageMark } from '@kernelkit/core/debootstrap'
import { UserError, command, message, option } from '@kernelkit/core/errors'
import { lastLines, readLastLines, type Host } from '@kernelkit/host'
import type { WorkDirectory } from '../backend/bake-backend.ts'
import type { StageSteps } from './steps.ts'

export interface AssembleRun {
  readonly steps: StageSteps
  readonly work: WorkDirectory
  readonly sizeBytes: number
  /** The user's scripts, for messages. */
  readonly scriptNames: readonly string[]
  readonly onStatus: (status: string) => void
  readonly signal?: AbortSignal | undefined
}

// What mmdebstrap --unshare-helper adds after the script's own error.
const unshareNoise = /^E: (?:system failed: \d+|unshared command failed)$/

/** Tree and disk image from rootfs.tar of the work directory; resolves with the seconds of each stage. */
export async function assembleImage(host: Host, run: AssembleRun): Promise<Readonly<Record<string, number>>> {
  const { steps, work, signal } = run
  await work.perform(steps.before, { signal })
  const stages: { name: string; atMs: number }[] = []
  const lines: string[] = []
  const exitCode = await work.supervise(steps.long, {
    onLine: (line) => {
      if (line.startsWith(stageMark)) {
        const name = line.slice(stageMark.length).trim()
        stages.push({ name, atMs: host.monotonicMs() })
        run.onStatus(name)
      } else if (!unshareNoise.test(line)) {
        lines.push(line)
        if (lines.length > 400) lines.splice(0, 200)
        host.log.detail(line)
      }
    },
    signal,
  })
  if (exitCode !== 0) throw assembleFailed(run, { stages: stages.map(({ name }) => name), lines })
  await work.perform(steps.after, {
    package: 'e2fsprogs',
    signal,
    onResult: ({ stderr }, { argv }) => {
      if (argv[0] === 'debugfs') checkDebugfs(stderr)
    },
  })
  const end = { name: 'end', atMs: host.monotonicMs() }
  return Object.fromEntries(stages.map(({ name, atMs }, index) => [name, ((stages[index + 1] ?? end).atMs - atMs) / 1000]))
}

/** debugfs exits with status 0 even when a command fails; its first line is its version. */
function checkDebugfs(stderr: string): void {
  const complaint = stderr.split('\n').find((line) => line !== '' && !/^debugfs \d/.test(line))
  if (complaint !== undefined) throw new UserError('BOOTSTRAP_FAILED', `debugfs could not fix the times inside the image: ${complaint}`)
}

function assembleFailed(
  run: AssembleRun,
  { stages, lines }: { readonly stages: readonly string[]; readonly lines: readonly string[] },
): UserError {
  const output = lastLines(lines)
  const stage = stages.at(-1) ?? 'start'
  const failedScript = /^customize-failed (\d+)$/.exec(stage)
  if (failedScript !== null) {
    const name = run.scriptNames[Number(stages.at(-2)?.replace(/^customize /, ''))] ?? ''
    return new UserError(
      'CUSTOMIZE_FAILED',
      message`${option('customize')} ${name} exited with status ${failedScript[1] ?? ''} inside the root file system.${output === '' ? '' : `\n${output}`}`,
      {
        hint: 'Fix the script and bake again (the packages come from the store); it runs as root, chrooted, with standard input closed.',
        details: { script: name, exitCode: Number(failedScript[1]) },
      },
    )
  }
  if (/No space left on device|ENOSPC/.test(output)) {
    const inside = run.work.where === 'container'
    return new UserError(
      'DISK_FULL',
      `no space is left in ${run.work.steps.path}${inside ? ' of the container' : ''} while baking.\n${output}`,
      {
        hint: inside
          ? message`Free about 1 GiB where the engine keeps its data: ${command('kernelkit toolchain prune')}, \`docker system prune\`.`
          : 'Free about 1 GiB there, or set TMPDIR to a directory with more space.',
      },
    )
  }
  const used = /^used (\d+)$/.exec(stage)?.[1]
  if (used !== undefined && /Could not allocate (?:block|inode)|No free space|not enough space/i.test(output)) {
    const mib = Math.ceil(Number(used) / 1024)
    return new UserError(
      'IMAGE_TOO_SMALL',
      `the root file system takes ${mib} MiB, which does not fit in an image of ${Math.floor(run.sizeBytes / 2 ** 20)} MiB.`,
      {
        hint: message`Give ${option('size', `${Math.ceil((mib * 1.3) / 128) * 128}M`)} or more; the file is sparse, so that the default of 4G takes no space.`,
        details: { usedMiB: mib, sizeBytes: run.sizeBytes },
      },
    )
  }
  return new UserError('BOOTSTRAP_FAILED', `making the image failed (${stage}).\n${output}`, {
    hint: readLastLines,
  })
}
