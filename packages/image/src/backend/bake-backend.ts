import type { BakeTools } from '@kernelkit/core/debootstrap'
import type { ImageSpec } from '@kernelkit/core/options'
import type { RunOptions, RunResult } from '@kernelkit/host'

/** Where images are made: this host, or a toolchain container. */
export interface BakeBackend {
  readonly where: 'host' | 'container'
  /** Of the programs there. */
  readonly uid: number
  /** What a work folder is called, for plans. */
  readonly folderPattern: string
  /** Tool and rights, said in the log; everything that is missing there in one error. */
  tools(spec: ImageSpec): Promise<BakeTools>
  /** A short program there, outside any work folder; its exit status is returned. */
  ask(argv: readonly string[], options?: Pick<RunOptions, 'signal'>): Promise<Pick<RunResult, 'exitCode' | 'stdout' | 'stderr'>>
  /** Settings of the host's apt (`Acquire::…`) that the bootstrap there needs too. */
  aptOptions(): Promise<readonly string[]>
  /** Throws when programs there cannot see this mirror, whatever the network does. */
  checkMirror(uri: string): void
  open(tools: BakeTools): Promise<WorkDirectory>
}

/** A folder to work in, where other programs than ours have the rights of root; names are relative to it. Disposal removes it. */
export interface WorkDirectory extends AsyncDisposable {
  readonly where: BakeBackend['where']
  /** Absolute, as the programs there see it. */
  readonly path: string
  makeFolder(name: string): Promise<void>
  /** Copy a file of the host in, mode 0644. */
  putFile(file: { readonly from: string; readonly name: string }): Promise<void>
  /** `mode` default 0644. */
  putContent(file: { readonly content: string | Uint8Array; readonly name: string; readonly mode?: number }): Promise<void>
  /** Make a file of the host readable there under its own absolute path. */
  share(path: string): Promise<void>
  /** A short program with the caller's rights. Throws `COMMAND_FAILED` unless `reject: false`. */
  run(argv: readonly string[], options?: Pick<RunOptions, 'env' | 'signal' | 'reject' | 'package'>): Promise<RunResult>
  /** A long program whose whole family ends with the signal or with this process; resolves with its exit status. */
  supervise(
    argv: readonly string[],
    options: { readonly onLine: (line: string) => void; readonly signal?: AbortSignal | undefined },
  ): Promise<number>
  /** Copy a file out to a path of the host, as the caller, holes kept. */
  takeFile(file: { readonly name: string; readonly to: string; readonly signal?: AbortSignal | undefined }): Promise<void>
  readText(name: string): Promise<string>
}
