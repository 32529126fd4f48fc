import { Option } from 'commander'
import type { CommandDefinition } from '../command.ts'
import { repeatable } from '../options.ts'

export const reportCommand: CommandDefinition = {
  name: 'report',
  summary: 'kernel reports (oopses, warnings, KASAN, lockdep …) found in console logs',
  example: 'kernelkit report --vmlinux build/vmlinux console.log',
  define: (command) => {
    command.argument('<file...>', 'console logs of any size, dmesg or journal text; - is stdin')
    command.addOption(new Option('--all', 'crashes of user-space programs too, which the kernel only mentions'))
    command.addOption(new Option('--vmlinux <file>', 'the vmlinux of the kernel that printed the logs: lines and inlined calls'))
    command.addOption(
      new Option('--source <dir>', 'the kernel tree: paths are shown relative to it, and its MAINTAINERS says who looks after a file'),
    )
    command.addOption(
      new Option('--map-path <from=to>', 'what stands for the beginning of a path as the build wrote it').argParser(repeatable),
    )
    command.addOption(new Option('--expect <file>', 'compare with the reports that this file expects; written when it does not exist'))
    command.addHelpText(
      'after',
      `
Exit status: 0 when every log was read, whether it holds reports or not; 1 when the reports are not those of --expect; 125 when a log could not be read.
--json prints one document per log and line: {file, lines, reports: [{kind, title, function, source, line, process, startLine, endLine, subsystem, maintainers, trace}], problems: [{code, message}]}.`,
    )
  },
  load: async () => import('../actions/report.ts'),
}
