import { dirname, join, resolve } from 'node:path'
import { UserError, message, option } from '@kernelkit/core/errors'
import type { InitrdCompression, InitrdSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { compileStatic } from './compile-static.ts'
import { checkInit, checkProgram, nameSource } from './check-program.ts'
import { walkTree, type TreeEntry } from './walk-tree.ts'
import { writeInitrd } from './write-initrd.ts'

export interface InitrdResult {
  readonly initrd: string
  readonly source: string
  readonly kind: 'directory' | 'executable' | 'c-file'
  readonly arch: string
  readonly compression: InitrdCompression
  readonly entries: number
  readonly bytes: { readonly archive: number; readonly file: number }
  readonly sha256: string
  readonly seconds: { readonly total: number }
}

/** Makes an initramfs that runs a directory's /init, an executable or a C file. */
export async function makeInitrd(
  host: Host,
  spec: InitrdSpec,
  { signal }: { readonly signal?: AbortSignal | undefined } = {},
): Promise<InitrdResult> {
  const startedMs = host.monotonicMs()
  const source = resolve(host.cwd, spec.source)
  const out = resolve(host.cwd, spec.out)
  const stat = await host.fs.stat(source).catch((error: unknown) => {
    throw sourceError(
      `${spec.source} cannot be read (${(error as NodeJS.ErrnoException).code === 'ENOENT' ? 'no such file' : String(error)}).`,
      error,
    )
  })
  await checkOut(host, { out, written: spec.out, source })
  await using temp = await host.tempDir('kernelkit-initrd-')
  const kind = stat.isDirectory() ? 'directory' : /\.c$/i.test(source) ? 'c-file' : 'executable'
  let entries: readonly TreeEntry[]
  if (kind === 'directory') {
    entries = await walkTree(host, source)
    await checkInit(host, { directory: source, members: new Map(entries.map((entry) => [entry.path, entry])), spec })
  } else {
    if (!stat.isFile()) throw sourceError(`${spec.source} is neither a file nor a directory.`)
    let program = source
    if (kind === 'c-file') {
      program = join(temp.path, 'init')
      await compileStatic(host, { source, arch: spec.arch, out: program, signal })
    }
    await checkProgram(host, program, { written: spec.source, arch: spec.arch })
    entries = programEntries(program, (await host.fs.stat(program)).size)
  }
  const { bytes, entries: count } = await writeInitrd(host, {
    entries,
    out,
    compression: spec.compression,
    signal,
  })
  return {
    initrd: out,
    source,
    kind,
    arch: spec.arch.name,
    compression: spec.compression,
    entries: count,
    bytes,
    sha256: await host.sha256File(out),
    seconds: { total: (host.monotonicMs() - startedMs) / 1000 },
  }
}

/** /init and the console that the kernel opens for it (init/main.c, console_on_rootfs). */
function programEntries(program: string, size: number): readonly TreeEntry[] {
  return [
    { kind: 'file', path: 'init', mode: 0o755, size, source: program },
    { kind: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
  ]
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
