import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

/** A program that looks like a kernel to a decoder of addresses: landmarks, a banner, inlined calls, statics of one name. */
const files: Readonly<Record<string, string>> = {
  'init/main.c': `
const char linux_banner[] = "Linux version 6.12.0-toy (a@b) (gcc 12) #1 SMP Mon Jan 1 00:00:00 UTC 2026\\n";
extern int frob_ioctl(int);
extern int other_ioctl(int);
int start_kernel(int n) { return frob_ioctl(n) + other_ioctl(n) + 1; }
void _start(void) { start_kernel((int)(long)linux_banner); for (;;) ; }
`,
  'drivers/frob/frob.h': `
static inline __attribute__((always_inline)) void frob_check(int n)
{
	asm volatile("" : : "r"(n));
	__asm__ volatile("call oops_here" : : : "memory");
}
`,
  'drivers/frob/main.c': `
#include "frob.h"
static __attribute__((noinline)) int helper(int n)
{
	frob_check(n);
	asm volatile("nop");
	return n + 1;
}
int frob_ioctl(int n)
{
	int sum = helper(n);
	return sum + n;
}
`,
  'drivers/other/main.c': `
static __attribute__((noinline)) int helper(int n) { asm volatile(".fill 99, 1, 0x90" : "+r"(n)); return n; }
int other_ioctl(int n) { return helper(n) + 2; }
`,
  'lib/oops.c': `int oops_here(void) { asm volatile("nop"); return 0; }
`,
}

/** Compiles it in a directory; the sources are in its `tree`. */
export function buildToyVmlinux(directory: string, options: { readonly name?: string; readonly flags?: readonly string[] } = {}): string {
  const tree = join(directory, 'tree')
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(tree, name)), { recursive: true })
    writeFileSync(join(tree, name), text)
  }
  const out = join(directory, options.name ?? 'vmlinux')
  const sources = Object.keys(files).filter((name) => name.endsWith('.c'))
  execFileSync(
    'gcc',
    [
      '-O2',
      '-g',
      '-nostdlib',
      '-static',
      '-no-pie',
      '-ffreestanding',
      '-fno-optimize-sibling-calls',
      '-Wl,--build-id=sha1',
      ...(options.flags ?? []),
      '-o',
      out,
      ...sources.map((name) => join(tree, name)),
    ],
    { cwd: directory },
  )
  return out
}

export interface CallSite {
  readonly caller: string
  readonly callee: string
  /** `caller+0xoffset/0xsize` as the kernel prints the address that the call returns to. */
  readonly frame: string
  /** That address. */
  readonly returnAddress: bigint
}

/** Calls of a program, from its disassembly: what a stack of the kernel would show. */
export function listCalls(program: string): readonly CallSite[] {
  const calls: CallSite[] = []
  const lines = execFileSync('objdump', ['-d', program], { encoding: 'utf8' }).split('\n')
  const starts = lines.flatMap((line) => /^([0-9a-f]{8,16}) <(.+)>:/.exec(line)?.slice(1, 3) ?? [])
  const functions = starts.flatMap((word, index) =>
    index % 2 === 0 ? [{ start: BigInt(`0x${word}`), name: starts[index + 1] ?? '' }] : [],
  )
  let at = -1
  for (const [index, line] of lines.entries()) {
    if (/^[0-9a-f]{8,16} <.+>:/.test(line)) at += 1
    const callee = /\bcall\s+[0-9a-f]+ <([^>+]+)>/.exec(line)?.[1]
    const next = /^\s*([0-9a-f]+):\t/.exec(lines[index + 1] ?? '')?.[1]
    const own = functions[at]
    const following = functions[at + 1]
    if (callee === undefined || next === undefined || own === undefined || following === undefined) continue
    const returnAddress = BigInt(`0x${next}`)
    const [offset, size] = [returnAddress - own.start, following.start - own.start].map((number) => `0x${number.toString(16)}`)
    calls.push({ caller: own.name, callee, frame: `${own.name}+${offset ?? ''}/${size ?? ''}`, returnAddress })
  }
  return calls
}

/** The release that {@link buildToyModule} is for. */
export const toyRelease = '6.12.0-toy'

/** A module of the toy's drivers/frob in a directory as `make modules_install` fills it: code in two sections, inlined calls. */
export function buildToyModule(directory: string, options: { readonly release?: string; readonly flags?: readonly string[] } = {}): string {
  const { release = toyRelease, flags = ['-g'] } = options
  const source = join(directory, 'tree/drivers/frob/poll.c')
  mkdirSync(dirname(source), { recursive: true })
  writeFileSync(join(directory, 'tree/drivers/frob/frob.h'), files['drivers/frob/frob.h'] ?? '')
  writeFileSync(
    source,
    `#include "frob.h"
static const char magic[] __attribute__((section(".modinfo"), used)) = "vermagic=${release} SMP mod_unload ";
__attribute__((noinline)) int frob_poll(int n) { frob_check(n); asm volatile("nop"); return n + 1; }
int frob_wait(int n)
{
	int sum = frob_poll(n);
	return sum + n;
}
__attribute__((section(".init.text"))) int frob_start(int n)
{

	int sum = frob_poll(n);
	return sum + 3;
}
`,
  )
  const out = join(directory, 'lib/modules', release, 'kernel/drivers/frob/frob.ko')
  mkdirSync(dirname(out), { recursive: true })
  execFileSync('gcc', ['-O2', '-c', '-ffreestanding', '-fno-optimize-sibling-calls', ...flags, '-o', out, source])
  return out
}
