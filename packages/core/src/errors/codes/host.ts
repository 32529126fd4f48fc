import { command, message, option } from '../message.ts'
import type { CodeEntry } from '../code-entry.ts'

/** Codes of the host: processes, files, the store, what is installed. */
export const hostCodes = {
  COMMAND_FAILED: {
    meaning: 'A program that kernelkit started failed.',
    fix: 'Read the command, its exit status and its last output lines in the message.',
  },
  COMMAND_NOT_FOUND: {
    meaning: 'A program that kernelkit needs is not on PATH.',
    fix: message`Install the package that the hint names, or run ${command('kernelkit doctor --fix')}.`,
  },
  HOST_LACKS: {
    meaning: 'The host lacks programs or packages that this command needs; the whole list is in the message.',
    fix: message`Run the command in the hint, or ${command('kernelkit doctor --fix')}.`,
  },
  FETCH_FAILED: {
    meaning: 'A download failed or its checksum does not match.',
    fix: 'Check the address and the network; the message names both.',
  },
  DISK_FULL: {
    meaning: 'The file system of the store or of an output is full, or a limit of its user is reached.',
    fix: message`Free space, run ${command('kernelkit cache prune')} (${command('kernelkit cache ls')} shows what there is), or choose another store with ${option('cache-dir')}.`,
  },
  PATH_NOT_PLAIN: {
    meaning: 'The path of the store or of TMPDIR has a character that make or sh reads as something else, so no kernel can be built there.',
    fix: message`Name a directory without blanks, quotes, dollar signs or colons with ${option('cache-dir')} or KERNELKIT_CACHE_DIR.`,
  },
  IO_ERROR: {
    meaning: 'A disk, or the connection to it, fails to read or write a file that kernelkit needs.',
    fix: 'Read the log of the kernel of this machine (`dmesg`), and choose another disk; the message names the path.',
  },
  LINK_IN_PATH: {
    meaning:
      'A path leads through a symbolic link, as a checkout may hold to lead elsewhere: one that kernelkit writes to, or one in the workspace that an Action reads.',
    fix: 'Name what the link leads to, or remove the link.',
  },
  ACCESS_DENIED: {
    meaning: 'The operating system denies access to a file or directory that kernelkit must read or write.',
    fix: message`Choose another directory (${option('cache-dir')}, ${option('out')}), or fix the permissions; the message names the path.`,
  },
  STORE_NOT_A_DIRECTORY: {
    meaning: 'The path of the artifact store, or a part of it, is a file.',
    fix: message`Name a directory with ${option('cache-dir')} or KERNELKIT_CACHE_DIR.`,
  },
  NOT_A_DIRECTORY: {
    meaning: 'A directory is needed where a file is, there or above it.',
    fix: message`Name another directory (${option('out')}, ${option('cache-dir')}), or move the file away; the message names the path.`,
  },
  DRY_RUN_LIMIT: {
    meaning:
      'The plan depends on something that is not there yet, such as a fragment inside a source that was not fetched, and --dry-run makes nothing.',
    fix: message`Run the command without ${option('dry-run')}, or ${command('kernelkit config show')}, which fetches the source and compiles nothing.`,
  },
  NOT_QEMU: {
    meaning: 'A program that was named as QEMU does not answer `--version` as QEMU does.',
    fix: message`Name a qemu-system program with ${option('qemu')}, or leave the option out.`,
  },
} as const satisfies Record<string, CodeEntry>
