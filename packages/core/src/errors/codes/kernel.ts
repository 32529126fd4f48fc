import { command, message, option } from '../message.ts'
import type { CodeEntry } from '../code-entry.ts'

/** Codes of the kernel side. */
export const kernelCodes = {
  BAD_CONFIG_LINE: {
    meaning: 'A line of a configuration fragment, or a --config value, is not kernel configuration.',
    fix: 'Write CONFIG_X=y, X=m, -X, X=123 or X="text".',
  },
  UNKNOWN_PRESET: {
    meaning: 'A --config value is neither a preset, nor a file, nor SYMBOL=VALUE.',
    fix: 'Use a preset from the message; a file has a / in its name or ends in .config.',
  },
  CONFIG_FILE_MISSING: {
    meaning: 'A configuration fragment named with --config or --base does not exist.',
    fix: 'Check the path; names such as debug.config are also looked for in kernel/configs and arch/*/configs of the source. FILE? makes it optional.',
  },
  CONFIG_UNMET: {
    meaning: 'The configuration that the kernel accepts is not what was asked for: unknown symbols, or dependencies that are not met.',
    fix: message`Change each symbol that the message names, or what it needs; build anyway with ${option('config-check', 'warn')}.`,
  },
  CONFIGURE_FAILED: {
    meaning: 'The kernel tree could not make a configuration at all.',
    fix: message`Read the last lines of make in the message; missing tools are the usual reason (${command('kernelkit doctor')} lists them).`,
  },
  NO_SUCH_SOURCE: {
    meaning: 'The kernel source does not exist: no such directory, branch, file or package.',
    fix: 'Name a tree, git+URL#REF, a tarball, a release such as v6.12, or deb:linux-source-X.',
  },
  BAD_SOURCE: {
    meaning: 'The kernel source is written in a way that is not understood.',
    fix: message`Name a tree, git+URL#REF, a tarball (https with ${option('sha256')}), a release such as v6.12, or deb:linux-source-X.`,
  },
  NOT_A_KERNEL_TREE: {
    meaning: 'The directory is not the top of a Linux kernel source tree.',
    fix: "Name the directory that holds the kernel's Makefile, Kconfig and scripts/.",
  },
  BAD_MAKE_VARIABLE: {
    meaning: "A VAR=VALUE word is not one of the kernel's make variables, or contradicts an option.",
    fix: 'Use the variable or the option, not both; targets are chosen by kernelkit.',
  },
  BAD_COMPILER: {
    meaning: 'The compiler is not one that kernelkit knows, or it is not installed.',
    fix: 'Use gcc, gcc-N, clang or clang-N, and install its package.',
  },
  BUILD_FAILED: {
    meaning: 'The kernel does not compile.',
    fix: 'Read each error with file and line in the message; the whole log is next to the build directory.',
  },
} as const satisfies Record<string, CodeEntry>
