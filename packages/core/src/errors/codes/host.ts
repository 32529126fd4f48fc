import type { CodeEntry } from '../code-entry.ts'

/** Codes of the host: processes, files, the store, what is installed. */
export const hostCodes = {
  COMMAND_FAILED: {
    meaning: 'A program that kernelkit started ended with a failure.',
    fix: 'The message shows the command, its exit status and its last output lines.',
  },
  COMMAND_NOT_FOUND: {
    meaning: 'A program that kernelkit needs is not on PATH.',
    fix: 'Install the package that the hint names, or run `kernelkit doctor --fix`.',
  },
  HOST_LACKS: {
    meaning: 'The host lacks programs or packages that this command needs; the whole list is in the message.',
    fix: 'Run the command in the hint, or `kernelkit doctor --fix`.',
  },
  FETCH_FAILED: {
    meaning: 'A download failed or its checksum does not match.',
    fix: 'Check the address and the network; the message names both.',
  },
  DISK_FULL: {
    meaning: 'The file system of the store or of the output is full.',
    fix: 'Free space, run `kernelkit cache prune` (`kernelkit cache ls` shows what there is), or choose another --cache-dir.',
  },
  ACCESS_DENIED: {
    meaning: 'The operating system denies access to a file or folder that kernelkit must read or write.',
    fix: 'Choose another folder (--cache-dir, --out), or mend the permissions; the message names the path.',
  },
  STORE_NOT_A_FOLDER: {
    meaning: 'The path of the artifact store, or a part of it, is a file.',
    fix: 'Name a folder with --cache-dir or KERNELKIT_CACHE_DIR.',
  },
  NOT_A_FOLDER: {
    meaning: 'A folder is needed where a file stands, there or above it.',
    fix: 'Name another folder (--out, --cache-dir), or move the file away; the message names the path.',
  },
  DRY_RUN_LIMIT: {
    meaning:
      'The plan depends on something that is not there yet, such as a fragment inside a source that was not fetched, and --dry-run makes nothing.',
    fix: 'Run the command without --dry-run, or `kernelkit config show`, which fetches the source and compiles nothing.',
  },
  NOT_QEMU: {
    meaning: 'A program that was named as QEMU does not answer `--version` as QEMU does.',
    fix: 'Name a qemu-system program with --qemu, or leave the option out.',
  },
} as const satisfies Record<string, CodeEntry>
