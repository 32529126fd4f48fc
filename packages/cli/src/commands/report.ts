import type { CommandDefinition } from '../command.ts'

export const reportCommand: CommandDefinition = {
  name: 'report',
  summary: 'kernel reports (oopses, warnings, KASAN, lockdep …) found in console logs',
  example: 'kernelkit report --vmlinux build/vmlinux console.log',
  define: (command) => {
    command.argument('<file...>', 'console logs of any size, dmesg or journal text; - is stdin')
    command.addHelpText(
      'after',
      `
Exit status: 0 when every log was read, whether it holds reports or not; 1 when the reports are not those of --expect or one is of a kind of --fail-on; 125 when a log could not be read.
--json prints one document per log and line: {file, lines, reports: [{kind, title, function, source, line, process, startLine, endLine, subsystem, maintainers, trace}], problems: [{code, message}]}.`,
    )
  },
  load: async () => (await import('../handlers/report.ts')).report,
}
