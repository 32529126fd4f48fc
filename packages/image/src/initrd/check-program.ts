import { join } from 'node:path'
import { architectures, type Arch } from '@kernelkit/core/arch'
import { elfHeadBytes, readElfProgram, type ElfProgram } from '@kernelkit/core/elf'
import { UserError, command, message, option, type Message } from '@kernelkit/core/errors'
import type { InitrdSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { findMember } from './find-member.ts'
import type { TreeEntry } from './walk-tree.ts'

export const nameSource = 'Name a directory with /init, a static executable, or a C file.'

/** The kernel follows interpreters of interpreters so far (fs/exec.c, exec_binprm). */
const mostInterpreters = 5

interface InitCheck {
  readonly directory: string
  readonly members: ReadonlyMap<string, TreeEntry>
  readonly spec: Pick<InitrdSpec, 'source' | 'arch'>
}

/** The /init of a directory can be started: it is a program of this architecture or a script, and so is each interpreter, all of them in the archive. */
export async function checkInit(host: Host, check: InitCheck): Promise<void> {
  const { members, spec } = check
  const init = join(spec.source, 'init')
  if (!members.has('init'))
    throw new UserError('INITRD_SOURCE', `${spec.source} has no init: the kernel starts /init of an initramfs.`, {
      hint: `Put an executable there as ${init}: a static program, or a script with its interpreter.`,
    })
  let needed = '/init'
  let needs = ''
  for (let depth = 0; depth <= mostInterpreters; depth++) {
    const member = findMember(members, needed)
    const written = join(spec.source, needed)
    if (member?.kind !== 'file') {
      const what = depth === 0 ? `${init} is a link to what is not a file of the directory` : `${needs} needs ${needed}, which is not there`
      throw new UserError('INITRD_SOURCE', `${what}: the kernel could not start it.`, {
        hint:
          depth === 0
            ? 'Link it to a file inside the directory.'
            : `Put ${needed} into ${spec.source} (the one file of busybox-static is enough for a shell).`,
        details: { missing: needed },
      })
    }
    if ((member.mode & 0o111) === 0)
      throw new UserError('INITRD_SOURCE', `${written} is not executable.`, { hint: `Run \`chmod +x ${written}\`.` })
    const head = await readHead(host, member.source ?? join(check.directory, member.path))
    const elf = readElfProgram(head)
    if (elf !== undefined) {
      checkMachine(host, elf, { written, arch: spec.arch })
      if (elf.interpreter === undefined || findMember(members, elf.interpreter) !== undefined) return
      throw notStatic(written, elf.interpreter, `or put ${elf.interpreter} and its libraries into ${spec.source}.`)
    }
    // The kernel skips blanks before the name and ends it at a blank (fs/binfmt_script.c).
    const [, interpreter] = /^#![ \t]*([^ \t\n]+)/.exec(head.toString('latin1')) ?? []
    if (interpreter === undefined)
      throw new UserError('INITRD_SOURCE', `${written} is neither a program nor a script with an interpreter in its first line.`, {
        hint: 'Begin a shell script with `#!/bin/sh`.',
      })
    needs = written
    needed = interpreter
  }
  throw new UserError('INITRD_SOURCE', `${init} has too many interpreters: the kernel could not start it.`, {
    hint: 'Name a program in its first line, not a further script.',
  })
}

/** A single program that runs as /init: static, of this architecture. */
export async function checkProgram(
  host: Host,
  path: string,
  { written, arch }: { readonly written: string; readonly arch: Arch },
): Promise<void> {
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
