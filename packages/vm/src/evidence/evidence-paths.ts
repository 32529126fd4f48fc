import { join } from 'node:path'
import { replayArchive } from '@kernelkit/core/qemu'

/** What the directory of a run contains; docs/verdicts.md describes each file. */
export const evidenceNames = {
  console: 'console.log',
  consoleTimed: 'console.timed.log',
  stdout: 'stdout',
  stderr: 'stderr',
  result: 'result.json',
  junit: 'junit.xml',
  reports: 'reports.json',
  reportsText: 'reports.txt',
  config: 'config',
  dropped: 'dropped.txt',
  dump: 'vmcore',
  inspection: 'inspect.txt',
  inspectScripts: 'inspect-script.txt',
  gdb: 'gdb.txt',
  qemu: 'qemu.txt',
  replay: 'replay.sh',
  replayArchive,
} as const

/** Absolute paths of the evidence of one run; absent where there was nothing to write. */
export interface EvidencePaths {
  readonly directory: string
  /** Every byte of the kernel console. */
  readonly console: string
  /** The same lines with the host's time in front. */
  readonly consoleTimed: string
  /** The JSON document of the command. */
  readonly result: string
  readonly junit: string | undefined
  /** Only where the kernel reported something. */
  readonly reports: string | undefined
  readonly reportsText: string | undefined
  /** The kernel's configuration, where it is known. */
  readonly config: string | undefined
  /** The guest's memory (--dump-on). */
  readonly dump: string | undefined
  /** Registers and stacks of a guest that hangs. */
  readonly inspection: string | undefined
  /** What scripts printed about that memory (--inspect-script). */
  readonly inspectScripts: string | undefined
  /** What the script of gdb printed (--gdb-script). */
  readonly gdb: string | undefined
  /** QEMU's command line. */
  readonly qemu: string
  /** Boots the same guest by QEMU alone. */
  readonly replay: string
}

export function evidencePath(directory: string, what: keyof typeof evidenceNames): string {
  return join(directory, evidenceNames[what])
}

/** As JSON documents have it: every key is there. */
export function evidenceDocument(paths: EvidencePaths): Readonly<Record<string, string | null>> {
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, path ?? null]))
}
