import { dirname, join, resolve } from 'node:path'
import { architectures, type Arch } from '@kernelkit/core/arch'
import { elfHeadBytes, readElfProgram, type ElfProgram } from '@kernelkit/core/elf'
import { UserError, command, message, option, type Message } from '@kernelkit/core/errors'
import type { InitrdCompression, InitrdSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { compileStatic } from './compile-static.ts'
import { walkTree, type TreeEntry } from './walk-tree.ts'
import { writeInitrd } from './write-initrd.ts'

export interface InitrdResult {
  readonly initrd: string
  readonly source: string
  readonly kind: 'folder' | 'executable' | 'c-file'
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
  const kind = stat.isDirectory() ? 'folder' : /\.c$/i.test(source) ? 'c-file' : 'executable'
  let entries: readonly TreeEntry[]
  if (kind === 'folder') {
    entries = await walkTree(host, source)
    await checkInit(host, source, spec)
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

/** The /init of a directory: a program of this architecture, or a script or link, which are not checked. */
async function checkInit(host: Host, directory: string, { source, arch }: Pick<InitrdSpec, 'source' | 'arch'>): Promise<void> {
  const path = join(directory, 'init')
  const stat = await host.fs.lstat(path).catch(() => undefined)
  if (stat === undefined)
    throw new UserError('INITRD_SOURCE', `${source} has no init: the kernel starts /init of an initramfs.`, {
      hint: `Put an executable there as ${join(source, 'init')}: a static program, or a script with its interpreter.`,
    })
  if (!stat.isFile()) return
  if ((stat.mode & 0o111) === 0)
    throw new UserError('INITRD_SOURCE', `${join(source, 'init')} is not executable.`, {
      hint: `Run \`chmod +x ${join(source, 'init')}\`.`,
    })
  const elf = readElfProgram(await readHead(host, path))
  if (elf === undefined) return
  checkMachine(host, elf, { written: join(source, 'init'), arch })
  if (
    elf.interpreter === undefined ||
    (await host.fs.lstat(join(directory, elf.interpreter)).then(
      () => true,
      () => false,
    ))
  )
    return
  throw notStatic(join(source, 'init'), elf.interpreter, `or put ${elf.interpreter} and its libraries into ${source}.`)
}

async function checkProgram(host: Host, path: string, { written, arch }: { readonly written: string; readonly arch: Arch }): Promise<void> {
  const head = await readHead(host, path)
  const elf = readElfProgram(head)
  if (elf === undefined || !elf.isProgram) {
    const isScript = head.subarray(0, 2).toString('latin1') === '#!'
    throw new UserError(
      'INITRD_SOURCE',
      `${written} is ${isScript ? 'a script, which needs its interpreter in the initramfs' : 'neither a C file (its name would end in .c) nor an executable (ELF)'}.`,
      {
        hint: isScript ? 'Name a directory with /init and the interpreter (the one file of busybox-static is enough).' : nameSource,
      },
    )
  }
  checkMachine(host, elf, { written, arch })
  if (elf.interpreter !== undefined)
    throw notStatic(
      written,
      elf.interpreter,
      message`or use ${command(`kernelkit run -- ${written}`)}, whose guest has the host's libraries.`,
    )
}

function checkMachine(
  host: Host,
  { header: { machine } }: ElfProgram,
  { written, arch }: { readonly written: string; readonly arch: Arch },
): void {
  if (machine === arch.elfMachine) return
  const other = architectures.find((row) => row.elfMachine === machine)
  if (other !== undefined && other.name === arch.alsoRuns?.name) {
    host.log.warn(`${written} is for ${other.name}: a kernel for ${arch.name} runs it only with ${arch.alsoRuns.option}`)
    return
  }
  throw new UserError(
    'INITRD_WRONG_ARCH',
    `${written} is a program for ${other?.name ?? `ELF machine ${machine}`}, not for ${arch.name}.`,
    {
      hint:
        other === undefined ? `Compile it for ${arch.name}.` : message`Use ${option('arch', other.name)}, or compile it for ${arch.name}.`,
    },
  )
}

function notStatic(written: string, interpreter: string, otherwise: Message): UserError {
  return new UserError('INITRD_NOT_STATIC', `${written} is not static: it needs ${interpreter}, which this initramfs does not have.`, {
    hint: message`Link it with -static, ${otherwise}`,
    details: { interpreter },
  })
}

async function readHead(host: Host, path: string): Promise<Buffer> {
  const file = await host.fs.open(path, 'r')
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(elfHeadBytes), 0, elfHeadBytes, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

const nameSource = 'Name a directory with /init, a static executable, or a C file.'

function sourceError(message: string, cause?: unknown): UserError {
  return new UserError('INITRD_SOURCE', message, { hint: nameSource, cause })
}
