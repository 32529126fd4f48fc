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
    command.addOption(new Option('--source <dir>', 'the kernel tree: paths below it are shown relative to it'))
    command.addOption(
      new Option('--map-path <from=to>', 'what stands for the beginning of a path as the build wrote it').argParser(repeatable),
    )
    command.addHelpText(
      'after',
      `
Exit status: 0 when every log was read, whether it holds reports or not; 125 when one could not be.
--json prints one document per log and line: {file, lines, reports: [{kind, title, function, source, line, process, startLine, endLine, trace}], problems: [{code, message}]}.`,
    )
  },
  load: async () => (await import('../handlers/report.ts')).report,
}
