import { dirname, join, resolve } from 'node:path'
import { consoleMembers } from '@kernelkit/core/cpio'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { InitrdCompression, InitrdSpec } from '@kernelkit/core/options'
import type { Plan, Step } from '@kernelkit/core/plan'
import { runSteps, type Host } from '@kernelkit/host'
import { refuseDash, requirePlainPlace } from '@kernelkit/host/files'
import { checkCompiled, compilerPackages } from './compile-static.ts'
import { checkInit, checkProgram, nameSource } from './check-program.ts'
import { initrdSteps, type InitrdStepOptions, type SourceKind } from './steps.ts'
import { walkTree } from './walk-tree.ts'
import { writeInitrd, type WrittenInitrd } from './write-initrd.ts'

const prefix = 'kernelkit-initrd-'

export interface InitrdResult {
  readonly initrd: string
  readonly source: string
  readonly kind: SourceKind
  readonly arch: string
  readonly compression: InitrdCompression
  readonly entries: number
  readonly bytes: { readonly archive: number; readonly file: number }
  readonly sha256: string
  readonly seconds: { readonly total: number }
}

/** What a source is, found out without changing anything; throws for one that cannot become an initramfs. */
async function readSource(host: Host, spec: InitrdSpec): Promise<InitrdSource> {
  const source = resolve(host.cwd, spec.source)
  refuseDash({ option: 'out', named: spec.out })
  const out = resolve(host.cwd, spec.out)
  const stat = await host.fs.stat(source).catch((error: unknown) => {
    throw sourceError(
      `${spec.source} cannot be read (${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(error)}).`,
      error,
    )
  })
  await requirePlainPlace(host, { option: 'out', named: dirname(out) })
  await checkOut(host, { out, written: spec.out, source })
  const kind = stat.isDirectory() ? 'directory' : /\.c$/i.test(source) ? 'c-file' : 'executable'
  if (kind === 'directory') {
    const entries = await walkTree(host, source)
    await checkInit(host, { directory: source, members: new Map(entries.map((entry) => [entry.path, entry])), spec })
  } else if (!stat.isFile()) throw sourceError(`${spec.source} is neither a file nor a directory.`)
  if (kind === 'executable') await checkProgram(host, source, { written: spec.source, arch: spec.arch })
  return { kind, source, out }
}

type InitrdSource = Pick<InitrdStepOptions, 'kind' | 'source' | 'out'>

/** The list of what {@link makeInitrd} does; `parent` holds the directory of a run. */
export async function planInitrd(
  host: Host,
  spec: InitrdSpec,
  { parent }: { readonly parent: string },
): Promise<InitrdSource & { readonly plan: Plan }> {
  const source = await readSource(host, spec)
  const work = join(parent, `${prefix}XXXXXX`)
  const steps = initrdSteps({ ...source, spec, work, nodeArch: host.nodeArch })
  const clean: Step = { kind: 'remove', why: 'the directory of this run', path: work }
  const plan: Plan = {
    title: `initramfs of ${spec.source} for ${spec.arch.name}`,
    steps: source.kind === 'directory' ? steps : [...steps, clean],
    variables: [{ name: 'work', value: work, perRun: true }],
  }
  return { ...source, plan }
}

/** Makes an initramfs that runs a directory's /init, an executable or a C file. */
export async function makeInitrd(
  host: Host,
  spec: InitrdSpec,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<InitrdResult> {
  const startedMs = host.monotonicMs()
  const { arch, compression } = spec
  const { kind, source, out } = await readSource(host, spec)
  await using temp = await host.tempDir(prefix)
  let written: WrittenInitrd | undefined
  await runSteps(host, initrdSteps({ kind, spec, source, out, work: temp.path, nodeArch: host.nodeArch }), {
    signal,
    reject: false,
    package: compilerPackages(arch, host.nodeArch),
    onResult: (result, { argv }) => checkCompiled(host, result, { argv, source, arch }),
    perform: async (step) => {
      if (step.kind !== 'pack') throw new TypeError(`a step '${step.kind}' of an initramfs`)
      if (kind === 'c-file') await checkProgram(host, join(step.from, 'init'), { written: spec.source, arch })
      const entries = [...(await walkTree(host, step.from)), ...(step.console ? consoleMembers : [])]
      written = await writeInitrd(host, { entries, out: step.to, compression: step.compression, signal })
    },
  })
  if (written === undefined) throw new TypeError('an initramfs that was not written')
  return {
    initrd: out,
    source,
    kind,
    arch: arch.name,
    compression,
    ...written,
    sha256: await host.sha256File(out),
    seconds: { total: (host.monotonicMs() - startedMs) / 1000 },
  }
}

async function checkOut(
  host: Host,
  { out, written, source }: { readonly out: string; readonly written: string; readonly source: string },
): Promise<void> {
  const directory = await host.fs.stat(dirname(out)).catch(() => undefined)
  if (directory?.isDirectory() !== true)
    throw new UserError('BAD_OPTION', message`${option('out')} ${written}: the directory ${dirname(out)} does not exist.`, {
      hint: `Run \`mkdir -p ${dirname(out)}\`.`,
    })
  if (
    await host.fs.stat(out).then(
      (stat) => stat.isDirectory(),
      () => false,
    )
  )
    throw new UserError('BAD_OPTION', message`${option('out')} ${written} is a directory.`, {
      hint: message`Name a file: ${option('out', join(written, 'initrd.cpio.gz'))}.`,
    })
  if (out === source)
    throw new UserError('BAD_OPTION', message`${option('out')} ${written} would overwrite the source.`, { hint: 'Name another file.' })
}

function sourceError(message: string, cause?: unknown): UserError {
  return new UserError('INITRD_SOURCE', message, { hint: nameSource, cause })
}
