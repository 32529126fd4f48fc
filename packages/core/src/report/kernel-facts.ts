import type { KernelFacts } from './evidence.ts'

// kernel/printk and lib/dump_stack.c: dump_stack_print_info() ends with the build id; arch/*/kernel/setup.c: dump_kernel_offset().
const buildId = /^CPU: .* (?<buildId>[0-9a-f]{40})\s*$/
const commandLine = /^(?:Kernel c|C)ommand line: /
const notMoved = /\bnokaslr\b/
const offset = /^Kernel Offset: 0x(?<offset>[0-9a-f]+) from 0x[0-9a-f]+/

/** What a message adds to what is known of the kernel; another banner is another boot. */
export function learnKernel(known: KernelFacts, text: string): KernelFacts {
  if (text.startsWith('Linux version ')) return text.trim() === known.banner ? known : { banner: text.trim() }
  if (text.startsWith('CPU: ')) {
    const found = buildId.exec(text)?.groups?.['buildId']
    return found === undefined ? known : { ...known, buildId: found }
  }
  if (text.startsWith('Kernel Offset: ')) {
    const found = offset.exec(text)?.groups?.['offset'] ?? (text.includes('disabled') ? '0' : undefined)
    return found === undefined ? known : { ...known, offset: Number.parseInt(found, 16) }
  }
  if (commandLine.test(text) && notMoved.test(text)) return { ...known, offset: 0 }
  return known
}
