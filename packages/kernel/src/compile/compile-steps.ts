import type { RunStep, Step } from '@kernelkit/core/plan'

export interface CompileSteps {
  readonly before: readonly Step[]
  readonly compile: RunStep
  /** Not after an interruption. */
  readonly after: readonly Step[]
}

/** make with a mark while it works: a mark that is there already is of a build that was killed. */
export function compileSteps(options: {
  /** The configuration that kconfig wrote. */
  readonly config: string
  readonly build: string
  readonly marker: string
  readonly interrupted: boolean
  readonly compile: RunStep
}): CompileSteps {
  const { config, build, marker, interrupted, compile } = options
  return {
    before: [
      {
        kind: 'update',
        why: 'the configuration of the build, written only when it differs: make compiles what a change reaches',
        from: config,
        to: `${build}/.config`,
      },
      ...(interrupted ? [removeSuspects(build, marker)] : []),
      { kind: 'write', why: 'there while make works: a build that is killed leaves it', path: marker, content: `${build}\n` },
    ],
    compile,
    after: [{ kind: 'remove', why: 'make has finished what it made', path: marker }],
  }
}

// make removes what it was making when it is interrupted, but not when everything is killed at once.
const suspectSeconds = 30

/** The newest objects of a killed build may be cut off while make takes them for finished. */
function removeSuspects(build: string, marker: string): RunStep {
  return {
    kind: 'run',
    why: 'the last build here was killed: its newest objects may be cut off, and are made again',
    argv: ['sh', '-c', suspectsScript, 'sh', build, marker],
  }
}

const suspectsScript = `find_objects() { where=$1; shift; find "$where" -name .git -prune -o -type f '(' -name '*.o' -o -name '*.a' -o -name 'vmlinux*' ')' "$@"; }
newest=$(find_objects "$1" -newer "$2" -printf '%T@\\n' | sort -n | tail -n 1)
[ -z "$newest" ] || find_objects "$1" -newermt "@$((\${newest%.*} - ${suspectSeconds}))" -print -exec rm -f {} +`
