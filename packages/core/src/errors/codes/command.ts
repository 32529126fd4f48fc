import { consoleNames, listNames } from '../../arch/names.ts'
import { command, message, option } from '../message.ts'
import type { CodeEntry } from '../code-entry.ts'

/** Codes of the command line, of spec parsing and of the project file. */
export const commandCodes = {
  BAD_OPTION: {
    meaning: 'An option is unknown, lacks its value, or has a value that is not allowed.',
    fix: message`Read the allowed values in the message, or run the command with ${option('help')}.`,
  },
  NOT_UTF8: {
    meaning: 'A word, a path or a text has bytes that are not UTF-8, and would not arrive as it is.',
    fix: 'Name paths in UTF-8, and pass other bytes to the guest on stdin or in a file.',
  },
  STDOUT_CLOSED: {
    meaning: 'The command has output, but its stdout was closed when it started.',
    fix: 'Leave stdout open, or redirect it to a file or to /dev/null.',
  },
  PIPE_CLOSED: {
    meaning: 'Whatever read the output (`| head`) closed it before the command had ended.',
    fix: 'Let it read to the end, or write the output to a file.',
  },
  BAD_SIZE: {
    meaning: 'A size is not a number with a unit (K, M, G, T; binary; iB optional).',
    fix: 'Write for instance 512M or 4G.',
  },
  BAD_DURATION: {
    meaning: 'A duration is not a number with a unit (ms, s, m, h, d).',
    fix: 'Write for instance 500ms, 10s or 10m.',
  },
  BAD_ARCH: {
    meaning: 'The architecture is not one that kernelkit has a row for.',
    fix: 'Use one of the names in the message.',
  },
  BAD_PROJECT_FILE: {
    meaning: 'kernelkit.yaml is not YAML, has a key that is not known, or a value of the wrong kind.',
    fix: 'Go to the line and column of the message; docs/project-file.md shows every key.',
  },
  PROJECT_NOT_TRUSTED: {
    meaning: 'kernelkit.yaml belongs to another user, or does something beyond its project that you have not consented to.',
    fix: message`Read the file; then consent to it with ${command('kernelkit trust')}, or for one command with ${option('trust-project')}.`,
  },
  BAD_BASELINE: {
    meaning: 'A file of known failures has an entry that is not understood.',
    fix: 'Give each entry what it is about (test, kernel, config, root), a reason, and the last day on which it counts; docs/test.md shows how.',
  },
  BAD_MERGE: {
    meaning: 'Results that were to be merged are not parts of one run, or one of them is there twice.',
    fix: 'Name the directory of each shard of one run once.',
  },
  BAD_BISECTION: {
    meaning: 'A bisection cannot begin: a commit is unknown or not an ancestor, or there is nothing to build.',
    fix: 'Name a commit that the command passes on, then a later one that it fails on, in the repository of the working directory.',
  },
  BAD_MATRIX: {
    meaning: 'A matrix has cells that cannot exist, no cell at all, or more than is run without a confirmation.',
    fix: message`Exclude what cannot be combined; docs/matrix.md shows how. ${command('kernelkit matrix --dry-run')} lists the cells.`,
  },
  BAD_RESULTS: {
    meaning: 'A file of results is not JSON, is damaged, or is not one that kernelkit writes.',
    fix: message`Name a result.json, the directory of a run, or what ${command('kernelkit test --json')} printed, unchanged.`,
  },
  RESULTS_NEWER: {
    meaning: 'A file of results was written by a later version of kernelkit.',
    fix: 'Use that version, or a newer one.',
  },
  NO_PROJECT: {
    meaning: 'Nothing in the directory says how the project is tested.',
    fix: 'Add a test that can be executed (tests/NAME), or write kernelkit.yaml; docs/project-file.md shows every key.',
  },
  TEST_NOT_FOUND: {
    meaning: 'kernelkit.yaml has no tests, or none of the name that was given.',
    fix: 'Use a name from the list in the message, or add the test to the file; docs/test.md shows how.',
  },
  LOG_CUT: {
    meaning: 'A log became shorter while it was read.',
    fix: 'Read a copy, or wait until the log is no longer written anew.',
  },
  EMPTY_LOG: {
    meaning: 'A log that should be read is empty.',
    fix: `Check that the console was captured: console=${listNames(consoleNames)} on the kernel command line, the right file.`,
  },
  BINARY_LOG: {
    meaning: 'A file that should be a console log holds binary data.',
    fix: 'Name the text of a console; unpack a compressed log first: `zcat FILE | kernelkit report -`.',
  },
  INTERRUPTED: {
    meaning: 'A signal (Ctrl-C, SIGTERM) ended the command; everything it had started was ended too.',
    fix: 'Run it again; what was built, fetched or searched comes from the store, tests run again.',
  },
} as const satisfies Record<string, CodeEntry>
