import type { KernelReport } from '@kernelkit/core/report'

/** A warning with an inlined frame, as a decoded log shows it. */
export const exampleReport: KernelReport = {
  kind: 'warning',
  title: 'WARNING in foo_check',
  function: 'foo_check',
  source: 'drivers/misc/foo.c',
  line: 42,
  process: 'sh',
  startLine: 10,
  endLine: 20,
  headline: 'WARNING: CPU: 0 PID: 71 at drivers/misc/foo.c:42 foo_check+0x12/0x40',
  trace: [
    { function: 'foo_inline', source: 'drivers/misc/foo.c', line: 40, inlined: true },
    { function: 'foo_check', offset: 0x12, source: 'drivers/misc/foo.c', line: 42, inlined: false },
    { function: 'foo_probe', offset: 0x20, inlined: false },
  ],
}
