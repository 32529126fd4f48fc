import { rm } from 'node:fs/promises'
import { bakeImage, buildKernel, kernelkit, kernelkitJson } from './lib/kernelkit.ts'
import { comparePairs } from './lib/pairs.ts'
import { benchDirectory, classicLine, makeHello } from './lib/seed.ts'

/** One command in a fresh VM: against the classic QEMU line, against our own argv by hand, and on a disk image. All under TCG. */
const directory = await benchDirectory('run')
try {
  const { kernel } = await buildKernel()
  const image = await bakeImage()
  const hello = await makeHello(directory)
  const common = ['run', '-q', '--accel', 'tcg', '--kernel', kernel, '--cpus', '1', '--memory', '128M', '--no-cwd', '--net', 'none']
  const inInitramfs = [...kernelkit, ...common, '--initrd', hello.initrdWithTrue, '--', '/bin/true']

  await comparePairs({
    title: 'run -- true in an initramfs VM against the classic line',
    goal: { figure: 'wall', ratio: 0.65 },
    a: { label: 'kernelkit run --initrd … -- /bin/true', argv: inInitramfs },
    b: { label: 'qemu pc, bzImage, gzip initrd, hvc0', argv: classicLine({ bzImage: kernel, initrd: hello.initrd }) },
  })

  // The same QEMU arguments by hand, with an initrd that powers off at once: what is left is our own cost.
  const dryRun = await kernelkitJson([...common, '--dry-run', '--initrd', hello.initrdWithTrue, '--', '/bin/true'])
  const argv = (dryRun['qemu'] as string[]).map((word, index, all) =>
    all[index - 1] === '-initrd' ? hello.initrd : word.replace(/ ?rdinit=\S+/, ''),
  )
  await comparePairs({
    title: 'run -- true in an initramfs VM against plain QEMU with the same arguments',
    goal: { figure: 'wall', differenceSeconds: 0.3 },
    a: { label: 'kernelkit run --initrd … -- /bin/true', argv: inInitramfs },
    b: { label: 'the argv of --dry-run, hello initrd', argv: ['timeout', '120', ...argv] },
  })

  await comparePairs({
    title: 'run -- true on the baked image against the initramfs VM',
    goal: { figure: 'wall', ratio: 1.25 },
    a: { label: 'kernelkit run --image … -- true', argv: [...kernelkit, ...common, '--image', image, '--', 'true'] },
    b: { label: 'kernelkit run --initrd … -- /bin/true', argv: inInitramfs },
  })
  // This machine's `/` has the most to hide: its credentials, mounts and sockets.
  const onHost = [...kernelkit, ...common, '--root', 'host']
  await comparePairs({
    title: 'run --root host -- true, with what a guest must not see hidden and QEMU in its sandbox, against --unconfined',
    goal: { figure: 'wall', differenceSeconds: 0.03 },
    a: { label: 'kernelkit run --root host -- true', argv: [...onHost, '--', 'true'] },
    b: { label: 'kernelkit run --root host --unconfined -- true', argv: [...onHost, '--unconfined', '--', 'true'] },
  })
} finally {
  await rm(directory, { recursive: true, force: true })
}
