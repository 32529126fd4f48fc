import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { timeCommand } from './time-command.ts'

/** A private directory for one bench; the caller removes it. */
export async function benchDirectory(name: string): Promise<string> {
  return mkdtemp(join(tmpdir(), `kernelkit-bench-${name}-`))
}

/** The classic headless QEMU line: pc, bzImage, gzip initrd, hvc0 on a stdio multiplexer. */
export function classicLine(options: {
  readonly bzImage: string
  readonly initrd?: string
  readonly append?: string
  readonly extra?: readonly string[]
}): string[] {
  return [
    'timeout',
    '120',
    'qemu-system-x86_64',
    '-accel',
    'tcg',
    '-kernel',
    options.bzImage,
    ...(options.initrd === undefined ? [] : ['-initrd', options.initrd]),
    '-append',
    ['console=hvc0', options.append ?? ''].join(' ').trim(),
    '-chardev',
    'stdio,id=stdio,mux=on,signal=off',
    '-device',
    'virtio-serial-pci',
    '-device',
    'virtconsole,chardev=stdio',
    '-mon',
    'chardev=stdio',
    '-display',
    'none',
    ...(options.extra ?? []),
  ]
}

/** The one-file test: says hello and powers off. */
const helloSource = `#include <stdio.h>
#include <unistd.h>
#include <sys/reboot.h>
int main(void) { printf("Hello, world!\\n"); fflush(stdout); reboot(RB_POWER_OFF); return 0; }
`

export interface HelloFiles {
  /** gzip initrd whose /init is the program. */
  readonly initrd: string
  /** gzip initrd with a static /bin/true alone: one program on both sides of a comparison. */
  readonly initrdWithTrue: string
}

/** Compile the program statically and pack it with cpio and gzip, as one would by hand. */
export async function makeHello(directory: string): Promise<HelloFiles> {
  await writeFile(join(directory, 'hello.c'), helloSource)
  await writeFile(join(directory, 'true.c'), 'int main(void) { return 0; }\n')
  const script = `
    set -e
    mkdir -p hello true/bin
    gcc -O2 -static -o hello/init hello.c
    (cd hello && find . | cpio --quiet -o -H newc) | gzip > hello.gz
    gcc -O2 -static -o true/bin/true true.c
    (cd true && find . | cpio --quiet -o -H newc) | gzip > true.gz
  `
  await timeCommand(['sh', '-c', script], { cwd: directory })
  return { initrd: join(directory, 'hello.gz'), initrdWithTrue: join(directory, 'true.gz') }
}
