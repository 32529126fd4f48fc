import { renderTypeSource, typeTableScript } from '@kernelkit/core/kbuild'
import { basename, join } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import type { RunStep, Step } from '@kernelkit/core/plan'

/** Names of what a build leaves, in the directory of its artifacts. */
export const artifactNames = {
  vmlinux: 'vmlinux',
  config: '.config',
  systemMap: 'System.map',
  gdbScript: 'vmlinux-gdb.py',
  types: 'types.txt',
  /** lib/modules/RELEASE is below it. */
  modules: 'modules',
  /** Modules with their debug information, named as in the build directory. */
  symbols: 'symbols',
} as const

/** What a build leaves in addition to the kernel. */
export interface Extras {
  readonly gdbScripts: boolean
  /** Absent: there are none. */
  readonly modules: { readonly haveSymbols: boolean } | undefined
}

/** Copy what a build made. */
export function collectSteps(options: {
  readonly build: string
  readonly artifacts: string
  /** Files of the configuration. */
  readonly scratch: string
  readonly arch: Pick<Arch, 'imagePath'>
  readonly extras: Extras
  /** How make is called, without targets. */
  readonly make: readonly string[]
  readonly env: NonNullable<RunStep['env']>
}): readonly Step[] {
  const { build, artifacts, scratch, arch, extras } = options
  const copy = (why: string, from: string, to = from) => ({ kind: 'copy', why, from: join(build, from), to: join(artifacts, to) }) as const
  const scripts = join('scripts', 'gdb')
  return [
    copy('the kernel', arch.imagePath, basename(arch.imagePath)),
    copy('the kernel with symbols', artifactNames.vmlinux),
    copy('its configuration', artifactNames.config),
    { ...copy('addresses of its functions', artifactNames.systemMap), optional: true },
    { kind: 'write', why: 'the types that inspect and gdb read', path: join(scratch, 'types.c'), content: renderTypeSource() },
    {
      kind: 'run',
      why: 'where their members are: reduced debug information does not say it',
      argv: ['sh', '-c', typeTableScript, 'sh', build, join(scratch, 'types.c'), join(artifacts, artifactNames.types)],
    },
    ...(extras.gdbScripts
      ? ([
          { ...copy('gdb loads it with vmlinux', artifactNames.gdbScript), optional: true },
          {
            kind: 'run',
            why: 'what it imports: links into the source, so they are copied',
            argv: ['sh', '-c', modulesScript, 'sh', join(build, artifactNames.gdbScript), join(build, scripts), join(artifacts, scripts)],
          },
        ] as const)
      : []),
    ...(extras.modules === undefined ? [] : moduleSteps({ ...options, ...extras.modules })),
  ]
}

/** Modules for guests, stripped, with what depmod says of them; those for decoders as they were compiled. */
function moduleSteps({
  build,
  artifacts,
  make,
  env,
  haveSymbols,
}: {
  readonly build: string
  readonly artifacts: string
  readonly make: readonly string[]
  readonly env: NonNullable<RunStep['env']>
  readonly haveSymbols: boolean
}): readonly Step[] {
  const [modules, symbols] = [join(artifacts, artifactNames.modules), join(artifacts, artifactNames.symbols)]
  return [
    {
      kind: 'run',
      why: 'the modules, stripped: guests load them',
      // depmod is called below: kbuild leaves it out where the directory of its own is missing.
      argv: [...make, 'modules_install', `INSTALL_MOD_PATH=${modules}`, 'INSTALL_MOD_STRIP=1', 'DEPMOD=true'],
      env,
    },
    {
      kind: 'run',
      why: 'what each of them depends on; links to the build do not lead anywhere in a guest',
      argv: ['sh', '-c', depmodScript, 'sh', modules, build],
    },
    ...(haveSymbols
      ? [
          {
            kind: 'run',
            why: 'the modules as they were compiled: reports get their lines from them',
            argv: ['sh', '-c', symbolsScript, 'sh', build, join(symbols, 'kernel')],
          } as const,
        ]
      : []),
  ]
}

// Some builds of depmod look below /usr.
const depmodScript = `set -e
mkdir "$1/usr"
ln -s ../lib "$1/usr/lib"
depmod -b "$1" "$(cat "$2/include/config/kernel.release")"
rm -r "$1/usr"
rm -f "$1"/lib/modules/*/build "$1"/lib/modules/*/source`

// modules.order: with the object's name since 6.4, with kernel/ before it until 5.2 (scripts/Makefile.modinst).
const symbolsScript = `set -e
mkdir -p "$2"
cd "$1"
sed -e 's,^kernel/,,' -e 's,\\.o$,.ko,' modules.order | xargs -r -d '\\n' cp --parents -t "$2"`

const modulesScript = `[ -e "$1" ] || exit 0
mkdir -p "$(dirname "$3")"
cp -rL "$2" "$3"
find "$3" '(' -name '.*.cmd' -o -name __pycache__ -o -name Makefile ')' -prune -exec rm -rf {} +`
