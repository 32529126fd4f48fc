import { command, message, option } from '../message.ts'
import type { CodeEntry } from '../code-entry.ts'

/** Codes of decoding addresses; reports are shown without lines then. */
export const decodeCodes = {
  VMLINUX_MISSING: {
    meaning: 'The vmlinux that should decode addresses cannot be read.',
    fix: message`Name the vmlinux of the build that printed the log; ${command('kernelkit build', { action: 'the build-kernel action' })} leaves it next to the kernel.`,
  },
  NOT_A_VMLINUX: {
    meaning: 'The file that should decode addresses is not an ELF executable; a kernel image or a compressed file is not one.',
    fix: 'Name the vmlinux at the top of the build directory, not the boot image.',
  },
  VMLINUX_STRIPPED: {
    meaning: 'The vmlinux has no symbols, so that no address can be found in it.',
    fix: message`Name the vmlinux as the build made it, before strip; for a distribution's kernel run with ${option('symbols')} (Debian has it in linux-image-RELEASE-dbg). Without one reports are shown undecoded.`,
  },
  VMLINUX_WITHOUT_LINES: {
    meaning: 'The vmlinux has symbols and no debug information: it has functions but no lines.',
    fix: message`Build with ${option('config', 'debug')} (CONFIG_DEBUG_INFO_DWARF_TOOLCHAIN_DEFAULT=y).`,
  },
  VMLINUX_OF_OTHER_BUILD: {
    meaning: 'Another build than that of the vmlinux printed the report, or runs in the guest; its lines would be wrong and are left out.',
    fix: 'Name the vmlinux of the build that printed the log or that was booted: the same build id, the same `Linux version` line.',
  },
  SYMBOLISER_MISSING: {
    meaning: 'No program that turns addresses into lines is installed.',
    fix: 'Run `apt-get install llvm` (llvm-symbolizer, fast) or `apt-get install binutils` (addr2line).',
  },
  SYMBOLISER_FAILED: {
    meaning: 'The program that turns addresses into lines exited or did not answer.',
    fix: 'Read its message; llvm-symbolizer reads more formats than addr2line.',
  },
  MODULES_NOT_DECODED: {
    meaning: 'Calls in loadable modules have no lines: no file of the module with debug information was found, or it is of another kernel.',
    fix: message`Name the directory of the unstripped modules with ${option('modules')}; the message has the reason of each.`,
  },
} as const satisfies Record<string, CodeEntry>
