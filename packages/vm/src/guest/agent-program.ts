import { join } from 'node:path'
import { archRows, gccFor, type ArchName } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import type { Host, Store } from '@kernelkit/host'
import { guestProgramsDirectory } from '../package-directory.ts'

/** The two freestanding programs that share one set of sources. */
export type GuestProgram = 'agent' | 'tsc'

const common = ['text.c', 'arch.c', 'sys.c']
const sources: Readonly<Record<GuestProgram, readonly string[]>> = {
  agent: [
    'init.c',
    'root.c',
    'kernel-lacks.c',
    'populate.c',
    'network.c',
    'modules.c',
    'params.c',
    'serve.c',
    'setup.c',
    'clock.c',
    'writeback.c',
    'sessions.c',
    'session-start.c',
    'held.c',
    'kernel-log.c',
    'session-input.c',
    'session-output.c',
    'session-exit.c',
    'command.c',
    'channel.c',
    'console-shell.c',
    'files.c',
    ...common,
  ],
  tsc: ['tsc.c', ...common],
}

/** Compiler options: no libc, no start files, no run-time library, so that a compiler without any target headers is enough. */
export function guestCompilerFlags(arch: ArchName): readonly string[] {
  return [
    ...archRows[arch].compilerFlags,
    '-std=gnu11',
    '-Os',
    '-static',
    // No C library and none of its start files.
    '-nostdlib',
    '-ffreestanding',
    // A fixed address: nothing would relocate it.
    '-fno-pie',
    '-no-pie',
    // Its check would call into a libc.
    '-fno-stack-protector',
    // A loop that copies must not become a call of itself.
    '-fno-tree-loop-distribute-patterns',
    // No vector registers: any guest CPU runs it.
    ...archRows[arch].freestandingFlags,
    '-fomit-frame-pointer',
    // Unwind tables are a quarter of the size and are never read.
    '-fno-asynchronous-unwind-tables',
    '-ffunction-sections',
    '-fdata-sections',
    '-Wl,--gc-sections,--build-id=none,-z,noexecstack',
    '-s',
  ]
}

/** Path of a program for an architecture: the published one when it was made from these sources, else compiled once into the store. */
export async function guestProgram(program: GuestProgram, arch: ArchName, host: Host, store: Store): Promise<string> {
  const digest = await guestProgramDigest(arch, host)
  const directory = await prebuiltDirectory(arch, host)
  if ((await readDigest(directory, host)) === digest) return join(directory, program)
  const { entry } = await store.obtain({
    kind: 'agent',
    material: [
      ['program', program],
      ['arch', arch],
      ['sources and flags', digest],
    ],
    produce: (to) => compileGuestProgram({ program, arch, to: join(to, program), host }),
  })
  return join(entry.path, program)
}

/** Digest of every source file and of the compiler's options: all that shapes the programs of an architecture. */
export async function guestProgramDigest(arch: ArchName, host: Host): Promise<string> {
  const directory = await guestProgramsDirectory(host)
  const names = (await host.fs.readdir(directory)).filter((name) => /\.[ch]$/.test(name)).toSorted()
  const texts = await Promise.all(names.map(async (name) => `${name}\n${await host.fs.readFile(join(directory, name), 'utf8')}\n`))
  return host.sha256([...guestCompilerFlags(arch), ...texts].join('\0'))
}

/** Compiles all programs of an architecture into `place`, by default into what the published package includes; `digest` identifies the sources. */
export async function prebuildGuestPrograms(arch: ArchName, host: Host, place?: string): Promise<string> {
  const directory = place === undefined ? await prebuiltDirectory(arch, host) : join(place, arch)
  await host.fs.rm(directory, { recursive: true, force: true })
  await host.fs.mkdir(directory, { recursive: true })
  const { counterProgram } = archRows[arch]
  for (const program of ['agent' as const, ...(counterProgram === undefined ? [] : [counterProgram])]) {
    await compileGuestProgram({ program, arch, to: join(directory, program), host })
  }
  await host.fs.writeFile(join(directory, 'digest'), `${await guestProgramDigest(arch, host)}\n`)
  return directory
}

async function prebuiltDirectory(arch: ArchName, host: Host): Promise<string> {
  return join(await guestProgramsDirectory(host), 'prebuilt', arch)
}

async function readDigest(directory: string, host: Host): Promise<string | undefined> {
  const path = join(directory, 'digest')
  return (await host.fs.exists(path)) ? (await host.fs.readFile(path, 'utf8')).trim() : undefined
}

export async function compileGuestProgram(options: {
  readonly program: GuestProgram
  readonly arch: ArchName
  readonly to: string
  readonly host: Host
}): Promise<void> {
  const { program, arch, host } = options
  const gcc = gccFor(archRows[arch], host.nodeArch)
  if ((await host.which(gcc)) === undefined) {
    throw new UserError('AGENT_NO_COMPILER', `the guest agent for ${arch} has to be compiled once, but ${gcc} is not on PATH.`, {
      hint: 'Run `apt-get install gcc`, or use the published package, which includes it compiled.',
      details: { arch },
    })
  }
  try {
    await host.run([gcc, ...guestCompilerFlags(arch), '-o', options.to, ...sources[program]], { cwd: await guestProgramsDirectory(host) })
  } catch (cause) {
    throw new UserError(
      'AGENT_NOT_COMPILED',
      `the guest agent for ${arch} does not compile: ${cause instanceof Error ? cause.message : String(cause)}`,
      {
        hint: `Install a ${gcc} that supports ${archRows[arch].compilerFlags.join(' ')}.`,
        details: { arch },
        cause,
      },
    )
  }
}
