import { dirname, join } from 'node:path'
import { workFiles } from '@kernelkit/core/debootstrap'
import type { RunStep, Step } from '@kernelkit/core/plan'
import { privileged, type Rights } from './rights.ts'

interface FileToPut {
  readonly why: string
  readonly from: string
  readonly name: string
  /** Of the content that the key was made of. */
  readonly sha256?: string
}

interface FileToTake {
  readonly why: string
  readonly name: string
  readonly to: string
}

/** What is done in one work directory, as steps of the place where it is; names are relative to it. */
export interface WorkSteps {
  /** Absolute, as the programs there see it. */
  readonly path: string
  readonly open: readonly Step[]
  readonly close: readonly Step[]
  makeDirectory(directory: { readonly why: string; readonly name: string }): Step
  /** Copy a file of the host in, mode 0644. */
  putFile(file: FileToPut): readonly Step[]
  /** Make a file of the host readable there under its own absolute path. */
  share(file: { readonly why: string; readonly path: string }): readonly Step[]
  run(program: Omit<RunStep, 'kind' | 'container'>): RunStep
  /** Copy a file out, as the caller, holes kept. */
  takeFile(file: FileToTake): readonly Step[]
}

// Root of a user namespace cannot remove the caller's own files, the directory among them: those go with the next step, which reports what stays.
const removeScript = 'rm -rf --one-file-system "$1" 2>/dev/null || :'

/** On this machine. */
export function hostSteps(path: string, rights: Rights): WorkSteps {
  const at = (name: string): string => join(path, name)
  const scratch = at(workFiles.scratch)
  return {
    path,
    open: [
      // Others may pass through: the tool may work as another user, a user namespace's root.
      { kind: 'mkdir', why: 'a work directory; its name cannot be guessed', path, mode: 0o711 },
      { kind: 'mkdir', why: 'where the bootstrap tool may write', path: scratch, mode: 0o1777 },
    ],
    close: [
      ...(rights.privilege === 'root'
        ? []
        : [{ kind: 'run', why: 'what other owners left', argv: privileged(rights, ['sh', '-c', removeScript, 'sh', scratch]) } as const]),
      { kind: 'remove', why: 'the work directory is no longer needed', path },
    ],
    makeDirectory: ({ why, name }) => ({ kind: 'mkdir', why, path: at(name), mode: 0o755 }),
    putFile: ({ why, from, name, sha256 }) => [
      { kind: 'copy', why, from, to: at(name), mode: 0o644, ...(sha256 === undefined ? {} : { sha256 }) },
    ],
    share: () => [],
    run: (program) => ({ kind: 'run', ...program }),
    // The temporary directory may be on another file system.
    takeFile: ({ why, name, to }) => [
      { kind: 'mkdir', why: 'room for what is kept', path: dirname(to) },
      { kind: 'run', why, argv: ['cp', '--sparse=always', '--reflink=auto', at(name), to] },
    ],
  }
}

/** In a container that sees nothing of this machine. */
export function containerSteps(
  path: string,
  { container, env }: { readonly container: string; readonly env: Readonly<Record<string, string>> },
): WorkSteps {
  const at = (name: string): string => join(path, name)
  const run = (why: string, argv: readonly string[]): RunStep => ({ kind: 'run', why, argv, container })
  const putFile = (
    why: string,
    { from, to, sha256 }: { readonly from: string; readonly to: string; readonly sha256?: string },
  ): readonly Step[] => [
    ...(sha256 === undefined ? [] : [{ kind: 'verify', why: 'it is what was read', path: from, sha256 } as const]),
    { kind: 'transfer', why, direction: 'in', container, from, to, mode: 0o644 },
  ]
  return {
    path,
    open: [
      // apt fetches as its own user and has to pass through.
      run('a work directory in the container', [
        'sh',
        '-c',
        'umask 022; mkdir "$1" "$1/$2" && chmod 1777 "$1/$2"',
        'sh',
        path,
        workFiles.scratch,
      ]),
    ],
    close: [run('the work directory is no longer needed', ['rm', '-rf', '--one-file-system', path])],
    makeDirectory: ({ why, name }) => run(why, ['mkdir', '-m', '755', at(name)]),
    putFile: ({ why, name, ...file }) => putFile(why, { ...file, to: at(name) }),
    share: ({ why, path: file }) => [run(why, ['mkdir', '-p', dirname(file)]), ...putFile(why, { from: file, to: file })],
    run: (program) => ({ kind: 'run', ...program, env: { ...env, ...program.env }, container }),
    takeFile: ({ why, name, to }) => [
      { kind: 'mkdir', why: 'room for what is kept', path: dirname(to) },
      { kind: 'transfer', why, direction: 'out', container, from: at(name), to },
    ],
  }
}
