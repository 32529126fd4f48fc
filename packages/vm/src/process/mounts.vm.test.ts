import { mkdirSync, readFileSync, existsSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { beforeAll, describe, expect, it } from 'vitest'
import { scratchDirectory, testGround, type TestGround } from '../../test/guest.ts'
import { connectVm } from './connect-vm.ts'
import { startVm } from './start-vm.ts'
import type { ExecOptions, Vm } from '../vm.ts'

let ground: TestGround

beforeAll(async () => {
  ground = await testGround()
})

async function output(vm: Vm, script: string, options: Partial<ExecOptions> = {}): Promise<string> {
  const chunks: Buffer[] = []
  const write = (chunk: Buffer, _encoding: string, done: () => void) => {
    chunks.push(chunk)
    done()
  }
  await vm.exec({ argv: ['/bin/sh', '-c', script], stdout: new Writable({ write }), stderr: new Writable({ write }), ...options }).result
  return Buffer.concat(chunks).toString()
}

const toMs = (nanoseconds: string): number => Number(nanoseconds) / 1e6

function sharedDirectory(): string {
  const directory = scratchDirectory()
  writeFileSync(join(directory, 'file'), 'host\n')
  return directory
}

describe('shares in the guest', () => {
  it('are writable copies, read-only or writable, at places that are made when missing', async () => {
    const [cow, ro, rw] = [sharedDirectory(), sharedDirectory(), sharedDirectory()]
    const shares = [cow, ro, rw].map((host, index) => ({ host, tag: `s${index}`, readonly: index < 2 }))
    const request = await ground.request({
      launch: { shares },
      append: 'kernelkit.mount=s0,/deep/er/cow,cow kernelkit.mount=s1,/mnt/ro,ro kernelkit.mount=s2,/mnt/r%20w%2Cx,rw',
    })
    await using vm = await startVm(request, ground.host)
    expect(await output(vm, 'cd /deep/er/cow; echo guest > file; echo new > other; cat file other')).toBe('guest\nnew\n')
    expect(readFileSync(join(cow, 'file'), 'utf8')).toBe('host\n')
    expect(existsSync(join(cow, 'other'))).toBe(false)
    expect(await output(vm, 'cd /mnt/ro; cat file; echo guest > file')).toMatch(/^host\n.*Read-only file system/)
    expect(await output(vm, 'cd "/mnt/r w,x"; cat file; echo guest > file')).toBe('host\n')
    expect(readFileSync(join(rw, 'file'), 'utf8')).toBe('guest\n')
    // The host dates the files of a share: make and ninja compare that with the guest's clock.
    for (const name of ['a', 'b', 'c']) {
      const [before = 0, after = 0] = (await output(vm, `cd "/mnt/r w,x"; date +%s%N; echo > ${name}; date +%s%N`)).split('\n').map(toMs)
      expect(statSync(join(rw, name)).mtimeMs - before).toBeGreaterThan(-50)
      expect(after - statSync(join(rw, name)).mtimeMs).toBeGreaterThan(-50)
    }
    writeFileSync(join(rw, 'file'), 'changed on the host\n')
    expect(await output(vm, 'cat "/mnt/r w,x/file"')).toBe('changed on the host\n')
  })

  it('are seen as they are by a command that asks for it, but for files that stay cached while the host says that they are the same', async () => {
    const directory = sharedDirectory()
    const replace = (text: string) => {
      writeFileSync(join(directory, 'new'), text)
      renameSync(join(directory, 'new'), join(directory, 'file'))
    }
    const request = await ground.request({
      launch: { shares: [{ host: directory, tag: 's0', readonly: true }] },
      append: 'kernelkit.mount=s0,/mnt/cow,cow',
    })
    await using vm = await startVm(request, ground.host)
    const read = (identity?: string) =>
      output(vm, 'cat /mnt/cow/file', { fresh: true, held: identity === undefined ? [] : [{ path: '/mnt/cow/file', identity }] })
    expect(await read('1')).toBe('host\n')
    replace('two\n')
    expect([await read('1'), await read('2')]).toEqual(['host\n', 'two\n'])
    replace('three\n')
    expect([await read('2'), await read()]).toEqual(['two\n', 'three\n'])
  })

  it('that the host cannot write whole make the command fail, with the directory that is full', async ({ skip }) => {
    const full = scratchDirectory()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8M', 'tmpfs', full], { stdio: 'pipe' })
    } catch {
      skip('needs the right to mount a small file system')
    }
    try {
      const rw = sharedDirectory()
      const shares = [rw, full].map((host, index) => ({ host, tag: `s${index}`, readonly: false }))
      const append = 'kernelkit.mount=s0,/mnt/other,rw kernelkit.mount=s1,/mnt/full,rw'
      await using vm = await startVm(await ground.request({ launch: { shares }, append }), ground.host)
      const write = (megabytes: number) =>
        vm.exec({ argv: ['/bin/sh', '-c', `echo x > /mnt/other/file; dd if=/dev/zero of=/mnt/full/file bs=1M count=${megabytes}`] }).result
      expect(await write(4)).toMatchObject({ exitCode: 0 })
      await expect(write(24)).rejects.toMatchObject({ code: 'DISK_FULL', message: expect.stringContaining(`at ${full}: `) })
      // It is the command that noticed, not every later one.
      expect(await vm.exec({ argv: ['/bin/true'] }).result).toMatchObject({ exitCode: 0 })
      expect(readFileSync(join(rw, 'file'), 'utf8')).toBe('x\n')
    } finally {
      execFileSync('umount', ['-l', full])
    }
  })

  it('find a place below a read-only root', async () => {
    const share = sharedDirectory()
    const request = await ground.request({
      launch: {
        shares: [
          { host: '/', tag: 'root', readonly: true },
          { host: share, tag: 'share', readonly: true },
        ],
      },
      append: 'kernelkit.root=9p:root:ro kernelkit.mask=1 kernelkit.mount=share,/no-such-place/of/the/host,cow',
    })
    await using vm = await startVm(request, ground.host)
    expect(await output(vm, 'cat /no-such-place/of/the/host/file')).toBe('host\n')
    expect(existsSync('/no-such-place')).toBe(false)
  })
})

describe('the root of this machine', () => {
  it('is seen and can be changed in guest memory only, its run-time directories hidden', async () => {
    const request = await ground.request({
      launch: { shares: [{ host: '/', tag: 'root', readonly: true }] },
      append: 'kernelkit.root=9p:root:cow kernelkit.mask=1',
    })
    await using vm = await startVm(request, ground.host)
    expect(await output(vm, 'cat /etc/os-release')).toBe(readFileSync('/etc/os-release', 'utf8'))
    expect(await output(vm, 'echo x > /etc/kernelkit-was-here && cat /etc/kernelkit-was-here')).toBe('x\n')
    expect(existsSync('/etc/kernelkit-was-here')).toBe(false)
    expect(await output(vm, 'ls /tmp; ls /run')).toBe('kernelkit\nlock\nmodprobe.d\n')
    expect(await output(vm, 'cat /proc/1/comm')).toBe('init\n')
    expect(await output(vm, 'stat -c %a /run/lock /tmp /dev/shm')).toBe('1777\n1777\n1777\n')
    expect(await output(vm, 'getent hosts $(hostname); tail -n +2 /etc/hosts')).toBe(
      `127.0.1.1       testguest\n${readFileSync('/etc/hosts', 'utf8')}`,
    )
  })
})

describe('an initramfs', () => {
  it('knows its own name and localhost without any /etc/hosts', async () => {
    await using vm = await startVm(await ground.request(), ground.host)
    expect(await output(vm, 'getent hosts $(hostname) localhost; stat -c %a /run/lock')).toBe(
      '127.0.1.1       testguest\n127.0.0.1       localhost\n1777\n',
    )
  })
})

describe('a root on a disk', () => {
  function diskWith(files: readonly string[]): string {
    const directory = scratchDirectory()
    const tree = join(directory, 'tree')
    for (const name of ['dev', 'proc', 'sys', 'run', 'tmp', 'etc', 'bin', 'sbin']) mkdirSync(join(tree, name), { recursive: true })
    for (const path of files) execFileSync('cp', ['--parents', '-L', path, tree])
    const image = join(directory, 'disk.ext4')
    execFileSync('truncate', ['-s', '64M', image])
    execFileSync('/sbin/mkfs.ext4', ['-q', '-F', '-d', tree, image])
    return image
  }
  const libraries = [...execFileSync('ldd', ['/bin/sh'], { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g)].map(([, path = '']) => path)
  const onDisk = (path: string) => ({ launch: { drives: [{ path, format: 'raw', mode: 'snapshot' }] } }) as const

  it('is entered, and never written under a snapshot', async () => {
    const image = diskWith(['/bin/sh', '/bin/cat', '/usr/bin/cat', ...libraries])
    const before = readFileSync(image)
    await using vm = await startVm(await ground.request({ ...onDisk(image), append: 'kernelkit.root=disk:/dev/vda:ext4:rw' }), ground.host)
    expect(await output(vm, 'echo x > /etc/x; read line < /etc/x; echo $line')).toBe('x\n')
    await vm.stop('poweroff')
    expect(readFileSync(image).equals(before)).toBe(true)
  })

  it('that grows beyond the host’s disk ends its commands with DISK_FULL and the directory, for its owner and for clients', async ({
    skip,
  }) => {
    const small = scratchDirectory()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4M', 'tmpfs', small], { stdio: 'pipe' })
    } catch {
      skip('needs the right to mount a small file system')
    }
    try {
      const { launch } = onDisk(diskWith(['/bin/sh', '/bin/dd', ...libraries]))
      const request = await ground.request({
        launch: { ...launch, overlayDirectory: small },
        append: 'kernelkit.root=disk:/dev/vda:ext4:rw',
      })
      await using vm = await startVm({ ...request, facts: { overlay: small, drives: launch.drives } }, ground.host)
      await using client = await connectVm(vm.id, ground.host)
      const isFull = { code: 'DISK_FULL', message: expect.stringContaining(`no space is left at ${small},`) as string }
      const argv = ['/bin/sh', '-c', 'dd if=/dev/zero of=/file bs=1M count=32 conv=fsync']
      await expect(client.exec({ argv }).result).rejects.toMatchObject(isFull)
      // The machine is stopped: no later command can answer.
      await expect(vm.exec({ argv: ['/bin/sh', '-c', 'true'] }).result).rejects.toMatchObject(isFull)
      await expect(client.exec({ argv: ['/bin/sh', '-c', 'true'] }).result).rejects.toMatchObject(isFull)
    } finally {
      execFileSync('umount', ['-l', small])
    }
  })

  it('that is not a file system is reported', async () => {
    const image = join(scratchDirectory(), 'zeros')
    execFileSync('truncate', ['-s', '8M', image])
    await using vm = await startVm(await ground.request({ ...onDisk(image), append: 'kernelkit.root=disk:/dev/vda:ext4:rw' }), ground.host)
    await expect(vm.exec({ argv: ['true'] }).result).rejects.toThrow(/cannot mount the root \(disk \/dev\/vda ext4, rw\): invalid content/)
  })

  it('without the init that was asked for is reported', async () => {
    const image = diskWith(['/bin/sh', ...libraries])
    await using vm = await startVm(
      await ground.request({ ...onDisk(image), append: 'kernelkit.root=disk:/dev/vda:ext4:rw kernelkit.init=/sbin/init' }),
      ground.host,
    )
    await expect(vm.exec({ argv: ['true'] }).result).rejects.toThrow(/the root has no init: \/sbin\/init/)
  })

  it('with an init of its own runs it as first process, with the agent next to it', async () => {
    const image = diskWith(['/bin/sh', '/bin/sleep', '/bin/date', ...libraries])
    putInit(image, '')
    await using vm = await startVm(
      await ground.request({ ...onDisk(image), append: 'kernelkit.root=disk:/dev/vda:ext4:rw kernelkit.init=/sbin/init' }),
      ground.host,
    )
    expect(await output(vm, 'read name < /proc/1/comm; echo $name; read words < /proc/$PPID/cmdline; echo "$words"')).toMatch(/^init\n@/)
    const before = Date.now()
    const guest = toMs(await output(vm, 'date +%s%N'))
    expect(guest - before).toBeGreaterThan(-50)
    expect(Date.now() - guest).toBeGreaterThan(-50)
  })

  it('reports what a service of its own init wrote and this host could not keep', async ({ skip }) => {
    const full = scratchDirectory()
    try {
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4M', 'tmpfs', full], { stdio: 'pipe' })
    } catch {
      skip('needs the right to mount a small file system')
    }
    try {
      const image = diskWith(['/bin/sh', '/bin/sleep', '/bin/dd', ...libraries])
      putInit(image, '/bin/dd if=/dev/zero of=/mnt/full/file bs=1M count=16')
      const request = await ground.request({
        launch: { ...onDisk(image).launch, shares: [{ host: full, tag: 's0', readonly: false }] },
        append: 'kernelkit.root=disk:/dev/vda:ext4:rw kernelkit.init=/sbin/init kernelkit.mount=s0,/mnt/full,rw',
      })
      await using vm = await startVm(request, ground.host)
      for await (const event of vm.events) {
        if (event.type === 'exited') throw new Error('nothing was reported')
        if (event.type !== 'host-failed') continue
        expect(event).toMatchObject({ code: 'DISK_FULL', keepsRunning: true, message: expect.stringContaining(`at ${full}: `) as string })
        break
      }
      // The next command reports it too; those that begin when the service has ended have nothing to do with it.
      const argv = ['/bin/sh', '-c', 'true']
      await expect(vm.exec({ argv }).result).rejects.toMatchObject({ code: 'DISK_FULL' })
      await expect.poll(() => vm.exec({ argv }).result.catch((error: unknown) => error)).toMatchObject({ exitCode: 0 })
    } finally {
      execFileSync('umount', ['-l', full])
    }
  })

  /** An init that runs a line and stays. */
  function putInit(image: string, line: string): void {
    const path = join(scratchDirectory(), 'init')
    writeFileSync(path, `#!/bin/sh\n${line}\nwhile :; do /bin/sleep 1; done\n`)
    for (const request of [`write ${path} sbin/init`, 'sif sbin/init mode 0100755'])
      execFileSync('/sbin/debugfs', ['-w', '-R', request, image], { stdio: 'ignore' })
  }
})

describe('a kernel command line that is not understood', () => {
  it('is reported, not guessed at', async () => {
    await using vm = await startVm(await ground.request({ append: 'kernelkit.root=disk:/dev/vda:ext4:maybe' }), ground.host)
    await expect(vm.exec({ argv: ['true'] }).result).rejects.toThrow(/kernelkit.root=disk:\/dev\/vda:ext4:maybe/)
  })
})
