import { createReportReader, type KernelReport } from '@kernelkit/core/report'
import type { VmEvent } from '../vm.ts'

/** What a VM reports, and the kernel's reports when the last line of each has come. */
export type GuestEvent = VmEvent | { readonly type: 'report'; readonly report: KernelReport; readonly atMs: number }

/** The same events, each report after the line that ends it. */
export async function* withReports(events: AsyncIterable<VmEvent>): AsyncGenerator<GuestEvent, undefined> {
  let complete: KernelReport[] = []
  const reader = createReportReader((report) => complete.push(report))
  for await (const event of events) {
    if (event.type === 'console') reader.read(event.line)
    if (event.type === 'exited') reader.end()
    if (event.type === 'console') yield event
    for (const report of complete) yield { type: 'report', report, atMs: event.atMs }
    complete = []
    // Nothing follows the end of the guest.
    if (event.type !== 'console') yield event
  }
}
