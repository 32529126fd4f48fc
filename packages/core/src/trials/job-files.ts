import { quoteArgv } from '../shell/index.ts'

/** For whom the parts of a run are written down. */
export type JobSystem = 'github' | 'gitlab' | 'kubernetes'

export interface JobFileInput {
  readonly command: 'test' | 'matrix'
  /** Words of the command line after the command: file, tests, options. */
  readonly words: readonly string[]
  /** Cells of each shard, in the order of the shards. */
  readonly shards: readonly (readonly string[])[]
  /** Container image with the command. */
  readonly image: string
}

/** `strategy.matrix` of a GitHub workflow, for fromJSON: the command, the shard and its cells, one a line. */
export function githubMatrix({ command, shards }: JobFileInput): unknown {
  return { include: shards.map((cells, index) => ({ command, shard: shardWord(index, shards), cells: cells.join('\n') })) }
}

/** A child pipeline of GitLab: a job for each shard, and one that merges their results whatever happened to them. */
export function gitlabPipeline(input: JobFileInput): Readonly<Record<string, unknown>> {
  const { shards, image } = input
  const jobs = shards.map((_, index) => [
    `kernelkit ${shardWord(index, shards)}`,
    {
      stage: 'test',
      image: imageOf(image),
      script: [quoteArgv([...commandOf(input), '--shard', shardWord(index, shards), '--evidence', directoryOf(index)])],
      artifacts: { when: 'always', paths: [directoryOf(index)] },
    },
  ])
  const merge = {
    stage: 'merge',
    image: imageOf(image),
    // A red shard is a part of the answer too.
    when: 'always',
    script: [quoteArgv(['kernelkit', 'merge', ...shards.map((_, index) => directoryOf(index)), '--junit', 'junit.xml'])],
    artifacts: { when: 'always', paths: ['junit.xml'], reports: { junit: 'junit.xml' } },
  }
  return { stages: ['test', 'merge'], ...Object.fromEntries(jobs), 'kernelkit merge': merge }
}

/** The image's entry point is the command; GitLab gives it a shell line. */
function imageOf(name: string): unknown {
  return { name, entrypoint: [''] }
}

// The name under which KubeVirt's device plugin offers /dev/kvm (kubevirt.io, "device plugin").
const kvmResource = 'devices.kubevirt.io/kvm'

/** An indexed Kubernetes Job: a pod for each shard, which knows its number by JOB_COMPLETION_INDEX; sources and results are in one claim. */
export function kubernetesJob(input: JobFileInput): unknown {
  const { shards, image } = input
  const own = quoteArgv(commandOf(input))
  const script = `exec ${own} --shard "$((JOB_COMPLETION_INDEX + 1))/${shards.length}" --evidence "kernelkit-shard-$((JOB_COMPLETION_INDEX + 1))"`
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { generateName: 'kernelkit-' },
    spec: {
      completionMode: 'Indexed',
      completions: shards.length,
      parallelism: shards.length,
      // A test that failed is a result; only a lost pod is started again.
      backoffLimitPerIndex: 0,
      maxFailedIndexes: shards.length,
      template: {
        spec: {
          restartPolicy: 'Never',
          // The image's own user (its Dockerfile) writes the results into the claim.
          securityContext: { fsGroup: 1000 },
          containers: [
            {
              name: 'kernelkit',
              image,
              command: ['sh', '-c', script],
              workingDir: '/src',
              resources: { limits: { [kvmResource]: '1' } },
              volumeMounts: [{ name: 'src', mountPath: '/src' }],
            },
          ],
          volumes: [{ name: 'src', persistentVolumeClaim: { claimName: 'kernelkit-src' } }],
        },
      },
    },
  }
}

function commandOf({ command, words }: JobFileInput): readonly string[] {
  return ['kernelkit', command, ...words]
}

function shardWord(index: number, shards: readonly unknown[]): string {
  return `${index + 1}/${shards.length}`
}

function directoryOf(index: number): string {
  return `kernelkit-shard-${index + 1}`
}
