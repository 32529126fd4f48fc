import { symbol, type Format } from '../format.ts'

/** mm/kasan, mm/kmsan, kernel/kcsan, mm/kfence, lib/ubsan.c. */
export const sanitizerFormats: readonly Format[] = [
  // mm/kasan/report.c: print_error_description(); "invalid-free" is printed as "double-free or invalid-free" up to 6.0.
  {
    kind: 'kasan',
    first: new RegExp(String.raw`BUG: KAS[Aa][Nn]: (?<what>double-free or invalid-free|[\w -]{1,80}?)(?: (?:in ${symbol}|on address)|$)`),
    title: 'KASAN: {what} {access} in {function}',
  },
  // mm/kmsan/report.c: kmsan_report(); since 5.x a bare trace follows, the out-of-tree versions before it printed CPU and Call Trace.
  {
    kind: 'kmsan',
    first: new RegExp(String.raw`BUG: KMSAN: (?<what>[\w-]+|use of uninitialized memory) in ${symbol}`),
    title: 'KMSAN: {what} in {function}',
    skip: [
      '_copy_to_iter',
      'copy_to_iter',
      'copyout',
      'copy_to_user_iter*',
      'iterate_and_advance*',
      'iterate_*',
      'simple_copy_to_iter',
      'put_user*',
      'copy_page_to_iter*',
      'copy_folio_to_iter',
      'copy_to_user_nofault',
    ],
  },
  // kernel/kcsan/report.c: print_report(); both functions, in alphabetical order.
  {
    kind: 'kcsan',
    first: new RegExp(String.raw`BUG: KCSAN: (?<what>data-race|assert: race) in ${symbol}(?: / (?<other>[A-Za-z_][\w.]*))?`),
    title: 'KCSAN: {what} in {pair}',
  },
  // mm/kfence/report.c: kfence_report_error().
  {
    kind: 'kfence',
    first: new RegExp(String.raw`BUG: KFENCE: (?<what>[\w -]+?) in ${symbol}`),
    title: 'KFENCE: {what} in {function}',
  },
  // lib/ubsan.c: ubsan_prologue(); before 5.11 "Undefined behaviour in".
  {
    kind: 'ubsan',
    first: /UBSAN: (?:(?<what>[\w-]+) in|Undefined behaviour in) (?<source>[^\s:]+):(?<line>\d+)(?::\d+)?/,
    title: 'UBSAN: {what} in {function}',
    blame: 'trace',
  },
  // lib/ubsan.c: report_ubsan_failure(), CONFIG_UBSAN_TRAP through the BUG handler.
  {
    kind: 'ubsan',
    first: new RegExp(String.raw`^Internal error: UBSAN: (?<what>[\w -]+?): `),
    title: 'UBSAN: {what} in {function}',
  },
]
