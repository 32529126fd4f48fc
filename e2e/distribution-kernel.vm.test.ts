import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { chown, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { cloudKernel } from './lib/kernel-packages.ts'
import { kernelkit, lastLine, saidEnough, startKernelkit, testArtifacts } from './lib/kernelkit.ts'
import { makeOwnDirectory } from './lib/own-directory.ts'

const { image } = testArtifacts()

describe("a distribution's kernel", () => {
  it("shows this host's root over virtiofs, which the daemon keeps from being written, and loads modules of its own", async () => {
    const out = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
    try {
      const script = `
        uname -r
        modprobe dummy && grep -c ^dummy /proc/modules
        touch /etc/kernelkit-e2e
        mkdir /tmp/raw && mount -t virtiofs root /tmp/raw
        ! touch /tmp/raw/etc/kernelkit-e2e 2>&1
        test -z "$(ls -A /tmp/raw/run /tmp/raw/proc | grep -v :)"
        echo written > /out/file && cat /out/file`
      const { stdout, stderr } = await kernelkit([
        'run',
        '-k',
        'debian:12/cloud',
        '--root',
        'host',
        '-v',
        `${out}:/out:rw`,
        '--',
        'sh',
        '-ec',
        script,
      ])
      expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=pass\b/)
      expect(stdout).toMatch(/^6\.1\.0-\d+-cloud-amd64\n1\ntouch: .*Read-only file system\nwritten\n$/)
      expect(stderr).toMatch(/^directories over virtiofs /m)
      expect(await readFile(join(out, 'file'), 'utf8')).toBe('written\n')
      expect(existsSync('/etc/kernelkit-e2e')).toBe(false)
    } finally {
      await rm(out, { recursive: true })
    }
  })

  it('has the commands of busybox and its own modules where it is given no root', async () => {
    const script = 'uname -r; modprobe dummy && ls -d /sys/class/net/dummy0; readlink /lib/modules/*/build'
    // Headers of this kernel, as far as a link is concerned.
    const headers = `/usr/src/linux-headers-${(await cloudKernel()).release}`
    const options = ['--root', 'none', '--no-cwd', '-v', `/usr/include:${headers}:ro`]
    const { stdout, stderr } = await kernelkit(['run', '-k', 'debian:12/cloud', ...options, '--', 'sh', '-c', script])
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=pass\b/)
    expect(stdout.replace(headers, 'HEADERS')).toMatch(/^6\.1\.0-\d+-cloud-amd64\n\/sys\/class\/net\/dummy0\nHEADERS\n$/)
    expect(stderr).toMatch(/^commands of (?:this host's \/bin\/busybox|busybox-static )/m)
  })

  it('ends as infra-fail when the daemon of its directories dies, and nothing of it is left', async () => {
    const run = startKernelkit(['run', '-k', 'debian:12/cloud', '--root', 'host', '--', 'sh', '-c', 'echo ready; sleep 100000'])
    await saidEnough(run, (text) => text.includes('ready\n'))
    const pid = daemonOf(run.child.pid ?? 0)
    process.kill(pid, 'SIGKILL')
    const { exitCode, stderr } = await run.result
    expect({ exitCode, stderr }).toEqual({
      exitCode: 125,
      stderr: expect.stringMatching(/virtiofsd, which serves \/ to the guest, has ended/),
    })
    expect(lastLine(stderr)).toMatch(/verdict=infra-fail/)
  })

  it('boots an image by its name, with the modules that disk, network and agent need, runs modprobe for no file system of its own, and tests what is loaded later', async () => {
    const script = `
      uname -r; cat /sys/class/net/dummy0/operstate; grep -c eth0 /proc/net/route; test -w / && grep -c ' /sys/fs/bpf bpf ' /proc/mounts
      cat /proc/sys/kernel/modprobe; grep -c bpf_preload /sys/kernel/tracing/trace
      cat /sys/module/cryptomgr/parameters/notests; grep -c 'cryptomgr.notests ' /proc/cmdline
      touch /lib/modules/$(uname -r)/written && ls /lib/modules/*/written | wc -l`
    const { stdout, stderr } = await kernelkit([
      'run',
      '-k',
      'debian:12/cloud',
      '--image',
      image,
      '--module',
      'dummy',
      // A line in the trace for each module that the kernel has modprobe look for.
      '--append',
      'trace_event=module:module_request',
      '--',
      'sh',
      '-c',
      `${script}; true`,
    ])
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=pass\b/)
    expect(stdout).toMatch(/^6\.1\.0-\d+-cloud-amd64\ndown\n2\n1\n\/sbin\/modprobe\n0\nN\n1\n1\n$/)
    expect(stderr).toMatch(/^modules .*\bvirtio_blk\b.*\bdummy$/m)
  })

  it('gets directories on read-only disks when asked: as they are here, written to in guest memory alone', async () => {
    const directory = await makeOwnDirectory('e2e-disk')
    try {
      await mkdir(join(directory, 'a'))
      await writeFile(join(directory, 'a/file'), 'one\n', { mode: 0o640 })
      await chown(join(directory, 'a/file'), process.getuid?.() === 0 ? 1234 : (process.getuid?.() ?? 0), process.getgid?.() ?? 0)
      const script = `
        stat -c '%u %a %s' a/file
        echo two >> a/file && cat a/file
        touch /mnt/a/x 2>&1 || grep -c ' /mnt/a erofs ' /proc/mounts
        modprobe dummy && ls -d /sys/class/net/dummy0`
      const words = ['--image', image, '--share-as', 'disk', '-v', 'a:/mnt/a:ro', '--', 'sh', '-ec', script]
      const { stdout, stderr } = await kernelkit(['run', '-k', 'debian:12/cloud', ...words], { cwd: directory })
      expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=pass\b/)
      expect(stderr).toMatch(/^directories on read-only disks \(erofs, /m)
      const uid = process.getuid?.() === 0 ? 1234 : process.getuid?.()
      expect(stdout).toBe(`${uid} 640 4\none\ntwo\ntouch: cannot touch '/mnt/a/x': Read-only file system\n1\n/sys/class/net/dummy0\n`)
      expect(await readFile(join(directory, 'a/file'), 'utf8')).toBe('one\n')
      const root = await kernelkit(['run', '-k', 'debian:12/cloud', '--root', 'host', '--share-as', 'disk', '--', 'true'])
      expect(root.stderr).toMatch(/--share-as disk: the root of this machine is never made a disk\.\nHint: Name an image with --image FILE/)
    } finally {
      await rm(directory, { recursive: true })
    }
  })

  it('is refused with the flavours that there are, and a module with the nearest name', async () => {
    const flavour = await kernelkit(['run', '-k', 'debian:12/clout', '--root', 'none', '--', 'true'])
    expect(flavour.stderr).toMatch(
      /NO_SUCH_KERNEL: debian:12\/clout: .*debian:12\/cloud.*debian:12\/rt\.\nHint: Did you mean --kernel debian:12\/cloud\?/,
    )
    const unknown = await kernelkit(['run', '-k', 'deb:linux-image-cloud-amd46', '--root', 'none', '--', 'true'])
    expect(unknown.stderr).toMatch(
      /NO_SUCH_KERNEL: deb:linux-image-cloud-amd46: no suite has .*\nHint: Did you mean --kernel deb:linux-image-cloud-amd64\?/,
    )
    const module = await kernelkit(['run', '-k', 'debian:12/cloud', '--root', 'none', '--module', 'dumy', '--', 'true'])
    expect(module.stderr).toMatch(/NO_SUCH_MODULE: --module dumy: .*\nHint: Did you mean --module dummy\?/)
    expect([flavour.exitCode, module.exitCode]).toEqual([125, 125])
  })
})

/** The virtiofsd that a process started, once it serves. */
function daemonOf(parent: number): number {
  for (const name of readdirSync('/proc').filter((one) => /^\d+$/.test(one))) {
    try {
      const isChild = new RegExp(`^PPid:\\s+${parent}$`, 'm').test(readFileSync(`/proc/${name}/status`, 'utf8'))
      if (isChild && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes('virtiofsd\0--socket-path')) return Number(name)
    } catch {
      // It has ended.
    }
  }
  throw new Error(`${parent} has no virtiofsd yet`)
}
