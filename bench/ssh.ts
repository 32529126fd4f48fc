import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { classicBakeScript } from './lib/classic-image.ts'
import { bakeImage, buildKernel, kernelkit } from './lib/kernelkit.ts'
import { median } from './lib/pairs.ts'
import { benchDirectory, classicLine } from './lib/seed.ts'
import { secondsToBanner } from './lib/ssh-banner.ts'
import { timeCommand } from './lib/time-command.ts'

/** Time to the ssh banner with systemd: our image and boot against an untrimmed image on the classic line. Usage: ssh.ts [PAIRS], default 7. Needs root. */
const pairs = Number(process.argv[2] ?? 7)
const directory = await benchDirectory('ssh')
const port = 20000 + (process.pid % 20000)
try {
  const { kernel } = await buildKernel()
  const image = await bakeImage()
  await timeCommand(classicBakeScript({ directory, suite: 'bookworm' }))
  const ours = [
    ...kernelkit,
    'run',
    '-q',
    '--accel',
    'tcg',
    '--cpus',
    '1',
    '--kernel',
    kernel,
    '--image',
    image,
    '--init',
    'systemd',
    '--ssh',
    '-p',
    `${port}:22`,
    '--',
    'sleep',
    '120',
  ]
  const classic = classicLine({
    bzImage: kernel,
    append: 'root=/dev/vda rw net.ifnames=0',
    extra: [
      '-m',
      '512M',
      '-drive',
      `file=${join(directory, 'classic.img')},if=virtio,format=raw,snapshot=on`,
      '-nic',
      `user,model=virtio,hostfwd=tcp:127.0.0.1:${port}-:22`,
    ],
  })
  const times: { a: number[]; b: number[] } = { a: [], b: [] }
  for (let pair = 0; pair < pairs; pair++) {
    times.a.push(await secondsToBanner(ours, port))
    times.b.push(await secondsToBanner(classic, port))
  }
  const ratio = median(times.a.map((seconds, index) => seconds / (times.b[index] ?? Number.NaN)))
  process.stdout.write(
    [
      `ssh banner with systemd (wall seconds, ${pairs} pairs)`,
      `  A kernelkit run --init systemd --ssh            median ${median(times.a).toFixed(2)} s`,
      `  B untrimmed debootstrap image, classic line     median ${median(times.b).toFixed(2)} s`,
      `  A / B ${ratio.toFixed(3)}   goal: ratio at most 0.5   ${ratio <= 0.5 ? 'met' : 'MISSED'}`,
      '',
    ].join('\n'),
  )
} finally {
  await rm(directory, { recursive: true, force: true })
}
