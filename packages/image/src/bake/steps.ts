import { join } from 'node:path'
import { ext4Environment, uuidFromKey, workFiles, writeTimesArgv } from '@kernelkit/core/debootstrap'
import type { RunStep, Step } from '@kernelkit/core/plan'
import { asRoot, privileged } from '../backend/rights.ts'
import type { WorkSteps } from '../backend/work-steps.ts'
import { assembleText, type MaterialOptions } from './image-material.ts'
import { bootstrapArgv } from './rootfs.ts'

/** Short steps, a long program, short steps. */
export interface StageSteps {
  readonly before: readonly Step[]
  readonly long: RunStep
  readonly after: readonly Step[]
}

/** Directory for the overlays' archive, with another name in every run. */
export function overlaySteps(overlays: readonly string[], archive: string): readonly Step[] {
  if (overlays.length === 0) return []
  // Contents only: the directory's own mode is not the root's.
  const contents = overlays.flatMap((overlay) => ['-C', overlay, '.'])
  const argv = ['tar', '--sort=name', '--format=gnu', '--owner=0', '--group=0', '--numeric-owner', '--mtime=@0', '--mode=go-w']
  return [
    {
      kind: 'run',
      why: 'the overlays, as root has them and without dates',
      argv: [...argv, '-cf', archive, ...contents],
      env: { LC_ALL: 'C' },
    },
  ]
}

export interface PackagesOptions extends Pick<MaterialOptions, 'spec' | 'tools' | 'known'> {
  readonly work: WorkSteps
  readonly aptOptions: readonly string[]
  /** The archive that is kept. */
  readonly rootfs: string
}

/** The suite's packages, unpacked into one archive. */
export function packagesSteps({ spec, tools, known, work, aptOptions, rootfs }: PackagesOptions): StageSteps {
  return {
    before: known.keyring === undefined ? [] : work.share({ why: "the mirror's key", path: known.keyring }),
    long: work.run({
      why: `fetch and unpack ${spec.suite} with ${tools.tool}`,
      argv: asRoot(tools, bootstrapArgv({ spec, tools, known, aptOptions, directory: work.path })),
      cwd: '/',
    }),
    after: work.takeFile({ why: 'kept: another size, key or script does not fetch them again', name: workFiles.rootfs, to: rootfs }),
  }
}

export interface ImageStepOptions extends Pick<MaterialOptions, 'spec' | 'tools' | 'known' | 'inputs'> {
  readonly work: WorkSteps
  readonly rootfs: string
  /** Archive of the overlays. */
  readonly overlay: string | undefined
  readonly key: string
  /** A program may have mounts of its own. */
  readonly canUnshare: boolean
  /** The disk image that is kept. */
  readonly image: string
}

/** Tree and disk image from the archive of packages. */
export function imageSteps(options: ImageStepOptions): StageSteps {
  const { spec, known, inputs, work, overlay, key, image } = options
  const disk = join(work.path, workFiles.image)
  const script = assembleText({ spec, known, inputs, overlay: overlay !== undefined, uuid: uuidFromKey(key) })
  const env = ext4Environment(known.release.date)
  return {
    before: [
      ...work.putFile({ why: 'the packages', from: options.rootfs, name: workFiles.rootfs }),
      ...(overlay === undefined ? [] : work.putFile({ why: 'the overlays', from: overlay, name: workFiles.overlay })),
      work.makeDirectory({ why: 'room for your scripts', name: workFiles.scripts }),
      ...inputs.scripts.flatMap(({ name, path, sha256 }, index) =>
        work.putFile({ why: `--customize ${name}`, from: path, name: join(workFiles.scripts, String(index)), sha256 }),
      ),
      work.run({ why: 'a sparse file', argv: ['truncate', '-s', String(spec.sizeBytes), disk] }),
      // Made by us and writable to the root of a user namespace, so that it stays ours.
      work.run({ why: 'writable with the rights of the next step', argv: ['chmod', '666', disk] }),
    ],
    long: work.run({
      why: 'unpack, customise, fill the ext4 image: no loop device, no mount of it',
      argv: assembleArgv(options, script),
      cwd: '/',
    }),
    after: [
      work.run({
        why: "the files whose times are this host's: mke2fs copied its access and change times",
        argv: writeTimesArgv({ image: disk, epoch: known.release.date }),
        env,
      }),
      work.run({ why: 'the same times in every bake', argv: ['debugfs', '-w', '-f', `${disk}.times`, disk], env }),
      ...work.takeFile({ why: 'the image', name: workFiles.image, to: image }),
      { kind: 'run', why: 'readable for all users', argv: ['chmod', '644', image] },
    ],
  }
}

/** The script with the rights that it needs. */
function assembleArgv({ work, tools, inputs, canUnshare }: ImageStepOptions, script: string): readonly string[] {
  const shell = ['sh', '-c', script, 'kernelkit-assemble', work.path]
  if (tools.privilege === 'user-namespace') return privileged(tools, shell)
  // Mounts of its own, gone with the last process.
  return asRoot(tools, inputs.scripts.length > 0 && canUnshare ? [...ownMounts, ...shell] : shell)
}

/** Runs a program with mounts of its own. */
export const ownMounts = ['unshare', '--mount', '--pid', '--fork', '--kill-child'] as const
