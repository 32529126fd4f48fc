import { basename, join } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import type { Step } from '@kernelkit/core/plan'

/** Names of what a build leaves, in the directory of its artifacts. */
export const artifactNames = { vmlinux: 'vmlinux', config: '.config', systemMap: 'System.map', gdbScript: 'vmlinux-gdb.py' } as const

/** Copy what a build made. */
export function collectSteps(options: {
  readonly build: string
  readonly artifacts: string
  readonly arch: Pick<Arch, 'imagePath'>
  readonly gdbScripts: boolean
}): readonly Step[] {
  const { build, artifacts, arch, gdbScripts } = options
  const copy = (why: string, from: string, to = from) => ({ kind: 'copy', why, from: join(build, from), to: join(artifacts, to) }) as const
  const modules = join('scripts', 'gdb')
  return [
    copy('the kernel', arch.imagePath, basename(arch.imagePath)),
    copy('the kernel with symbols', artifactNames.vmlinux),
    copy('its configuration', artifactNames.config),
    { ...copy('addresses of its functions', artifactNames.systemMap), optional: true },
    ...(gdbScripts
      ? ([
          { ...copy('gdb loads it with vmlinux', artifactNames.gdbScript), optional: true },
          {
            kind: 'run',
            why: 'what it imports: links into the source, so they are copied',
            argv: ['sh', '-c', modulesScript, 'sh', join(build, artifactNames.gdbScript), join(build, modules), join(artifacts, modules)],
          },
        ] as const)
      : []),
  ]
}

const modulesScript = `[ -e "$1" ] || exit 0
mkdir -p "$(dirname "$3")"
cp -rL "$2" "$3"
find "$3" '(' -name '.*.cmd' -o -name __pycache__ -o -name Makefile ')' -prune -exec rm -rf {} +`
