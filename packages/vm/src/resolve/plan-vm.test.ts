import { execFileSync } from 'node:child_process'
import { chmod, mkdir, mkdtemp, realpath, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { AccelName } from '@kernelkit/core/arch'
import { writeCpio } from '@kernelkit/core/cpio'
import { UserError, message, option } from '@kernelkit/core/errors'
import { givenOptions, type Reader } from '@kernelkit/core/options'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { nodeHost, type Host } from '@kernelkit/host'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bzImage, vmlinux } from '../../test/fixture-kernels.ts'
import { planVm } from './plan-vm.ts'
import { resolveVm, type ArtifactsDirectory } from './resolve-vm.ts'
import type { PlanServices } from './services.ts'

let directory = ''
beforeEach(async () => {
  directory = await realpath(await mkdtemp(join(tmpdir(), 'kernelkit-test-')))
  await mkdir(join(directory, 'work'))
  await put('qemu', '#!/bin/sh\n')
  execFileSync('chmod', ['+x', join(directory, 'qemu')])
})
afterEach(() => rm(directory, { recursive: true, force: true }))

async function put(path: string, content: Uint8Array | string): Promise<string> {
  const whole = join(directory, path)
  await mkdir(dirname(whole), { recursive: true })
  await writeFile(whole, content)
  return whole
}

const services = (change: Partial<PlanServices> = {}): PlanServices => ({
  probeKvm: async () => ({ accel: 'tcg', reason: 'no /dev/kvm', seconds: 0 }),
  qemuVersion: async () => '7.2.22',
  tscKhz: async () => 2_000_000,
  agentInitrd: async () => '/store/agent.cpio',
  agentAfter: async (_arch, user) => `${user}+agent`,
  ofProject: async () => undefined,
  prepareKernel: async () => {
    throw new Error('no kernel of packages was asked for')
  },
  withModules: async (initrd) => initrd,
  withBusybox: async (initrd) => ({ initrd: `${initrd}+busybox`, shown: 'commands of a busybox' }),
  shareDaemon: async () => undefined,
  veilLayers: async () => '/store/veils',
  directoryDisk: async ({ directory: path, format }) => ({ path: `/store/disks${path}.${format.fsType}`, lines: [] }),
  newestKernel: async () => undefined,
  ...change,
})

const allOptions = `${[
  'BLK_DEV_INITRD',
  'BINFMT_ELF',
  'VIRTIO_CONSOLE',
  'DEVTMPFS',
  'VIRTIO_MMIO',
  'VIRTIO_PCI',
  'ACPI',
  'VIRTIO_BLK',
  'EXT4_FS',
  'NET_9P_VIRTIO',
  '9P_FS',
  'OVERLAY_FS',
  'TMPFS',
  'VIRTIO_NET',
  'INET',
  'IP_PNP',
]
  .map((symbol) => `CONFIG_${symbol}=y`)
  .join('\n')}\n`

interface Asked {
  readonly raw?: Readonly<Record<string, unknown>>
  readonly command?: 'boot' | 'run'
  readonly cwd?: string
  readonly artifacts?: ArtifactsDirectory
  readonly projectKernel?: boolean
  readonly reader?: Reader
  readonly isCell?: boolean
  readonly env?: Readonly<Record<string, string>>
  readonly with?: Partial<PlanServices>
  /** Takes what is warned of. */
  readonly warned?: string[]
}

const plan = async ({
  raw = {},
  command = 'run',
  cwd = join(directory, 'work'),
  artifacts,
  projectKernel = false,
  reader,
  isCell = false,
  env = {},
  with: change,
  warned = [],
}: Asked) => {
  const own = nodeHost({ cwd, env: { ...process.env, ...env } })
  const host: Host = { ...own, nodeArch: 'x64', cpus: 2, log: { ...own.log, warn: (text) => void warned.push(text) } }
  const spec = parseVmSpec(givenOptions({ qemu: join(directory, 'qemu'), ...raw }), { command })
  const vm = await resolveVm({ spec, command, artifacts, projectKernel, isCell, ...(reader === undefined ? {} : { reader }) })
  return planVm({ host, services: services(change), vm, id: 'x', name: 'x', runtimeDirectory: '/run/x' })
}

async function built(path: string, config = allOptions): Promise<string> {
  await put(join(path, '.config'), config)
  await put(join(path, 'vmlinux'), vmlinux({ pvh: true }))
  await put(join(path, 'arch/x86/boot/bzImage'), bzImage({ release: '6.12.9', wide: true }))
  return join(directory, path)
}

async function tree(path: string): Promise<string> {
  for (const name of ['Kbuild', 'Kconfig', 'MAINTAINERS', 'kernel/Makefile', 'arch/Kconfig']) await put(join(path, name), '')
  return join(directory, path)
}

async function image(): Promise<string> {
  const content = Buffer.alloc(8192)
  content.writeUInt16LE(0xef53, 0x438)
  return put('root.ext4', content)
}

describe('which kernel', () => {
  it('enters the vmlinux of the build that a bzImage comes from, and shows the bzImage', async () => {
    const build = await built('build')
    const { launch, lines } = await plan({ raw: { kernel: build, root: 'none' } })
    expect(launch.kernel).toBe(join(build, 'vmlinux'))
    expect(lines[0]).toMatch(/^kernel 6\.12\.9 \(.*arch\/x86\/boot\/bzImage, \d+ s old\)$/)
  })

  it('boots the bzImage when the vmlinux is from a later build, and says so', async () => {
    const build = await built('build')
    await utimes(join(build, 'arch/x86/boot/bzImage'), 1000, 1000)
    await utimes(join(build, '.config'), 1000, 1000)
    const { launch, lines } = await plan({ raw: { kernel: build, root: 'none' } })
    expect(launch.kernel).toBe(join(build, 'arch/x86/boot/bzImage'))
    expect(lines[1]).toMatch(/vmlinux is newer than the kernel image: run make again/)
  })

  it("prefers what was built for the project to what the tree holds, when the project's file says how", async () => {
    const build = await tree('linux')
    await built('linux')
    const last = await built('store/kernel')
    const asked = { cwd: build, with: { ofProject: async () => ({ path: last, why: 'last built for x' }) } }
    expect((await plan({ ...asked, raw: { root: 'none' } })).launch.kernel).toBe(join(build, 'vmlinux'))
    const { launch, lines } = await plan({ ...asked, projectKernel: true, raw: { root: 'none' } })
    expect(launch.kernel).toBe(join(last, 'vmlinux'))
    expect(lines[0]).toContain('last built for x')
    expect((await plan({ cwd: build, projectKernel: true, raw: { root: 'none' } })).launch.kernel).toBe(join(build, 'vmlinux'))
  })

  it("finds this tree's kernel from a directory inside it", async () => {
    const build = await tree('linux')
    await built('linux')
    expect((await plan({ raw: { root: 'none' }, cwd: join(build, 'kernel') })).launch.kernel).toBe(join(build, 'vmlinux'))
  })

  it("finds a build directory that links to the tree, and not another tree's", async () => {
    const source = await tree('linux')
    await built('linux/other')
    await built('linux/out')
    await symlink(source, join(source, 'out/source'))
    await symlink(directory, join(source, 'other/source'))
    expect((await plan({ raw: { root: 'none' }, cwd: source })).launch.kernel).toBe(join(source, 'out/vmlinux'))
  })

  it("never takes another tree's kernel inside a tree without one", async () => {
    const source = await tree('linux')
    const newest = await built('newest')
    await expect(
      plan({ raw: { root: 'none' }, cwd: source, with: { newestKernel: async () => ({ path: newest, why: 'newest' }) } }),
    ).rejects.toMatchObject({ code: 'KERNEL_NOT_FOUND' })
  })

  it("takes the store's newest outside any tree and says why", async () => {
    const newest = await built('newest')
    const { lines } = await plan({
      raw: { root: 'none' },
      with: { newestKernel: async () => ({ path: newest, why: "the store's newest" }) },
    })
    expect(lines[0]).toMatch(/the store's newest\)$/)
  })

  it('prefers what was last built for this project', async () => {
    const [last, newest] = [await built('last'), await built('newest')]
    const change = {
      ofProject: async () => ({ path: last, why: 'last built here' }),
      newestKernel: async () => ({ path: newest, why: 'newest' }),
    }
    expect((await plan({ raw: { root: 'none' }, with: change })).launch.kernel).toBe(join(last, 'vmlinux'))
  })

  it.each([
    [{ kernel: 'none' }, 'FILE_NOT_FOUND'],
    [{ kernel: '.' }, 'KERNEL_NOT_FOUND'],
    [{}, 'KERNEL_NOT_FOUND'],
  ])('refuses %j', async (raw, code) => {
    await expect(plan({ raw: { root: 'none', ...raw } })).rejects.toMatchObject({ code })
  })

  it('refuses a kernel of another architecture than the one asked for', async () => {
    await expect(plan({ raw: { kernel: await built('build'), arch: 'i386' } })).rejects.toMatchObject({ code: 'KERNEL_ARCH' })
  })
})

describe('which root', () => {
  it('takes the named image and throws its changes away', async () => {
    const [kernel, path] = [await built('build'), await image()]
    const { launch } = await plan({ raw: { kernel, image: path } })
    expect(launch.drives).toEqual([{ path, format: 'raw', mode: 'snapshot' }])
    expect(launch.append).toContain('kernelkit.root=disk:/dev/vda:ext4:rw kernelkit.init=agent')
    expect((await plan({ raw: { kernel, image: path, persist: true } })).launch.drives).toMatchObject([{ mode: 'rw' }])
  })

  it("takes the project's image before the host's root", async () => {
    const [kernel, path] = [await built('build'), await image()]
    const ofProject: PlanServices['ofProject'] = async (kind) => (kind === 'image' ? { path, why: 'last baked here' } : undefined)
    expect((await plan({ raw: { kernel }, with: { ofProject } })).root.shown).toMatch(/last baked here/)
    expect((await plan({ raw: { kernel } })).root).toMatchObject({ kind: 'host', shown: expect.stringMatching(/no image was baked/) })
  })

  it('says whose root it is where kernelkit itself runs in a container', async () => {
    const kernel = await built('build')
    const shownIn = async (env: Readonly<Record<string, string>>) => (await plan({ raw: { kernel, root: 'host' }, env })).root.shown
    expect(await shownIn({ KERNELKIT_INSIDE: '1' })).toMatch(/^host \(the container's \/, read-only/)
    expect(await shownIn({})).toMatch(/^host \((?:this machine|the container)'s \/, read-only/)
  })

  it("refuses the host's root for another architecture", async () => {
    await put('old/.config', allOptions)
    const kernel = await put('old/bzImage', bzImage({ release: '6.12', wide: false }))
    await expect(plan({ raw: { kernel } })).rejects.toMatchObject({
      code: 'ROOT_NOT_FOUND',
      hint: expect.stringMatching(/bake --arch i386/),
    })
    await expect(plan({ raw: { kernel, root: 'host' } })).rejects.toMatchObject({ code: 'ROOT_NOT_FOUND' })
  })

  it("boots the image's own init, and the user's archive alone", async () => {
    const [kernel, path, initrd] = [await built('build'), await image(), await put('x.cpio', writeCpio([]))]
    const own = await plan({ raw: { kernel, image: path }, command: 'boot' })
    expect(own.launch).toMatchObject({ terminal: true, agent: true, append: expect.stringContaining('kernelkit.init=/sbin/init') })
    expect(own.launch.append).toContain('ip=10.0.2.15::')
    const alone = await plan({ raw: { kernel, initrd }, command: 'boot' })
    expect(alone.launch).toMatchObject({ agent: false, initrd, shares: [] })
    expect(alone.launch.append).not.toContain('kernelkit.')
    const appended = await plan({ raw: { kernel, initrd } })
    expect(appended.launch).toMatchObject({
      agent: true,
      initrd: `${initrd}+agent`,
      append: expect.stringContaining('rdinit=/.kernelkit/init'),
    })
  })

  it.each([
    ['an empty image', { image: 'empty' }, 'NOT_AN_IMAGE'],
    ['a missing image', { image: 'none' }, 'FILE_NOT_FOUND'],
    ['a directory as an image', { image: '.' }, 'NOT_AN_IMAGE'],
    ['a missing directory', { root: './none' }, 'ROOT_NOT_FOUND'],
    ['an empty directory', { root: './empty-directory' }, 'ROOT_NOT_FOUND'],
    ['a file as a directory', { root: './empty' }, 'ROOT_NOT_FOUND'],
    ['no image for --root image', { root: 'image' }, 'ROOT_NOT_FOUND'],
    ['two roots', { root: 'host', image: 'x' }, 'BAD_OPTION'],
    ['a missing initrd', { initrd: 'none' }, 'FILE_NOT_FOUND'],
    ['an empty initrd', { initrd: 'empty' }, 'NOT_AN_INITRD'],
    ['a missing path to expose', { root: 'none', expose: ['./none'] }, 'FILE_NOT_FOUND'],
    ['a missing disk', { root: 'none', disk: ['none'] }, 'FILE_NOT_FOUND'],
    ['a missing share', { root: 'none', share: ['none'] }, 'BAD_SHARE'],
    ['a file as a share', { root: 'none', share: ['empty'] }, 'BAD_SHARE'],
  ])('refuses %s', async (_title, raw, code) => {
    const kernel = await built('build')
    await put('work/empty', '')
    await mkdir(join(directory, 'work/empty-directory'), { recursive: true })
    await expect(plan({ raw: { kernel, ...raw } })).rejects.toMatchObject({ code })
  })
})

describe('shares', () => {
  const mounts = async (asked: Asked) =>
    /(?:kernelkit\.mount=\S+ ?)*(?=kernelkit\.hostname)/
      .exec((await plan({ ...asked, raw: { kernel: await built('build'), ...asked.raw } })).launch.append)?.[0]
      .trim()

  it('shows the working directory at its own path, unless it shows anyway', async () => {
    const cwd = join(directory, 'work')
    expect(await mounts({ raw: { root: 'none' } })).toBe(`kernelkit.mount=cwd,${cwd},cow`)
    expect(await mounts({ raw: { root: 'none', noCwd: true } })).toBe('')
    expect(await mounts({ raw: { root: 'host' }, cwd: '/usr' })).toBe('')
    expect(await mounts({ raw: { root: 'host' } })).toBe(`kernelkit.mount=cwd,${cwd},cow`)
    expect(await mounts({ raw: { root: 'none', share: ['.:rw'] } })).toBe(`kernelkit.mount=share0,${cwd},rw`)
  })

  it('mounts a directory before what is inside it, and the artifacts for writing', async () => {
    await mkdir(join(directory, 'work/a'))
    expect(await mounts({ raw: { root: 'none', noCwd: true, share: ['a:/mnt/deep/er', '.:/mnt:ro'], artifacts: 'out' } })).toBe(
      'kernelkit.mount=share1,/mnt,ro kernelkit.mount=share0,/mnt/deep/er,cow kernelkit.mount=artifacts,/run/kernelkit/artifacts,rw',
    )
  })

  it('refuses two shares in one place: the later would hide the other', async () => {
    await mkdir(join(directory, 'work/a'))
    await expect(mounts({ raw: { root: 'none', share: ['a:/mnt', '.:/mnt/'] } })).rejects.toMatchObject({ code: 'BAD_SHARE' })
  })

  it('says which ports lead into the guest', async () => {
    const { lines } = await plan({ raw: { kernel: await built('build'), root: 'none', forward: ['8080:80'] } })
    expect(lines).toContain('forward 127.0.0.1:8080 to 80/tcp of the guest')
  })

  it('leaves the working directory out when the kernel cannot mount it, but refuses a share that was asked for', async () => {
    const kernel = await built('small', allOptions.replace(/CONFIG_(?:9P_FS|EXT4_FS)=y\n/g, ''))
    const { lines, launch } = await plan({ raw: { kernel, root: 'none' } })
    expect(launch.shares).toEqual([])
    expect(lines.join('\n')).toMatch(/working directory is not shared/)
    await expect(plan({ raw: { kernel, root: 'none', share: ['.'] } })).rejects.toMatchObject({ code: 'KERNEL_LACKS' })
  })

  describe('on read-only disks', () => {
    const with9p = (): Promise<string> => built('build', `${allOptions}CONFIG_EROFS_FS=y\n`)
    const without9p = (): Promise<string> => built('small', allOptions.replace('CONFIG_9P_FS=y\n', ''))

    it('come after all other disks, where the kernel can mount nothing else', async () => {
      await mkdir(join(directory, 'work/a'))
      await put('extra', '')
      const raw = { kernel: await without9p(), image: await image(), disk: [join(directory, 'extra')], share: ['a:/mnt:ro'] }
      const { launch, lines } = await plan({ raw })
      expect(launch.drives.slice(2)).toEqual(
        [`${directory}/work/a`, `${directory}/work`].map((path) => ({ path: `/store/disks${path}.ext4`, format: 'raw', mode: 'ro' })),
      )
      expect(launch.append).toContain('kernelkit.mount=disk:/dev/vdc:ext4,/mnt,ro')
      expect(launch.append).toContain(`kernelkit.mount=disk:/dev/vdd:ext4,${directory}/work,cow`)
      expect(lines).toContain('directories on read-only disks (ext4, made once for what is in them)')
      expect(launch.shares).toEqual([])
    })

    it('are taken when asked for, for the root too', async () => {
      await mkdir(join(directory, 'root/etc'), { recursive: true })
      const raw = { kernel: await with9p(), root: join(directory, 'root'), noCwd: true }
      const { launch } = await plan({ raw: { ...raw, shareAs: 'disk' } })
      expect(launch.drives).toEqual([{ path: `/store/disks${directory}/root.erofs`, format: 'raw', mode: 'ro' }])
      expect(launch.append).toContain('kernelkit.root=disk:/dev/vda:erofs:cow')
    })

    it.each([
      [
        "this machine's root",
        { root: 'host' },
        { code: 'BAD_OPTION', hint: 'Name an image with --image FILE or a directory with --root DIR.' },
      ],
      [
        'a share that is written to',
        { root: 'none', share: ['.:/x:rw'] },
        { code: 'BAD_OPTION', message: '--share-as disk is read-only, and --share .:rw is written to.' },
      ],
      [
        'artifacts',
        { root: 'none', artifacts: './out' },
        { code: 'BAD_OPTION', message: '--share-as disk is read-only, and --artifacts ./out is written to.' },
      ],
    ])('are refused for %s', async (_what, raw, error) => {
      await expect(plan({ raw: { kernel: await with9p(), shareAs: 'disk', ...raw } })).rejects.toMatchObject(error)
    })

    it('are refused with the options that the kernel lacks', async () => {
      const kernel = await built('none', allOptions.replace('CONFIG_EXT4_FS=y\n', ''))
      await expect(plan({ raw: { kernel, root: 'none', shareAs: 'disk' } })).rejects.toMatchObject({
        code: 'KERNEL_LACKS',
        message: expect.stringContaining('CONFIG_EXT4_FS for directories of the host') as string,
      })
    })

    it('are not made of a working directory that is too large, which is said', async () => {
      const { lines, launch } = await plan({
        raw: { kernel: await without9p(), root: 'none' },
        with: {
          directoryDisk: async ({ mostBytes }) => {
            throw new UserError('SHARE_TOO_LARGE', `more than ${mostBytes ?? 0} bytes`)
          },
        },
      })
      expect(lines).toContain(`the working directory is not shared: more than ${256 * 2 ** 20} bytes`)
      expect(lines.join('\n')).not.toContain('(cow)')
      expect(launch.drives).toEqual([])
    })
  })

  it('leaves a directory for artifacts out in the same way, unless it was named', async () => {
    const kernel = await built('small', allOptions.replace('CONFIG_9P_FS=y\n', ''))
    const raw = { kernel, root: 'none', artifacts: join(directory, 'out') }
    const artifacts = { path: join(directory, 'out'), isOptional: true }
    const { lines, launch } = await plan({ raw: { kernel, root: 'none' }, artifacts })
    expect(launch.shares).toEqual([])
    expect(lines.join('\n')).toMatch(/no directory for artifacts in the guest/)
    await expect(plan({ raw })).rejects.toMatchObject({ code: 'KERNEL_LACKS' })
    const able = await plan({ raw: { root: 'none', kernel: await built('able') }, artifacts })
    expect(able.launch.shares).toContainEqual({ host: join(directory, 'out'), tag: 'artifacts', readonly: false })
  })
})

describe('what the kernel must have', () => {
  it.each([
    ['9P_FS', { root: 'host' }],
    ['OVERLAY_FS', { root: 'host' }],
    ['VIRTIO_CONSOLE', { root: 'none' }],
    ['BLK_DEV_INITRD', { root: 'none' }],
    ['VIRTIO_NET', { root: 'none', forward: ['0:80'] }],
  ])('names %s before anything starts', async (symbol, raw) => {
    const kernel = await built('build', allOptions.replace(`CONFIG_${symbol}=y\n`, `# CONFIG_${symbol} is not set\n`))
    await expect(plan({ raw: { kernel, ...raw } })).rejects.toMatchObject({
      code: 'KERNEL_LACKS',
      verdict: 'config-fail',
      message: expect.stringContaining(`CONFIG_${symbol}`),
      hint: expect.stringContaining(`--config ${symbol}=y`),
    })
  })

  it('does not count a module', async () => {
    const kernel = await built('build', allOptions.replace('CONFIG_EXT4_FS=y', 'CONFIG_EXT4_FS=m'))
    await expect(plan({ raw: { kernel, image: await image() } })).rejects.toMatchObject({
      message: expect.stringMatching(/EXT4_FS \(it is a module\)/),
    })
  })

  it('says when the configuration is unknown, and takes the machine that every kernel knows', async () => {
    const kernel = await put('alone/bzImage', bzImage({ release: '6.12', wide: true }))
    const { lines, machine } = await plan({ raw: { kernel, root: 'none' } })
    expect(machine.machine).toBe('q35')
    expect(lines.join('\n')).toMatch(/configuration is unknown/)
  })
})

describe('machine and accelerator', () => {
  const machine = async (raw: Readonly<Record<string, unknown>>, config = allOptions, change: Partial<PlanServices> = {}) =>
    (await plan({ raw: { kernel: await built('build', config), root: 'none', noCwd: true, ...raw }, with: change })).machine

  it('takes the fastest that fits and says why', async () => {
    expect(await machine({})).toMatchObject({ machine: 'microvm' })
    expect(await machine({}, allOptions.replace('CONFIG_VIRTIO_MMIO=y', ''))).toEqual({
      machine: 'q35',
      why: 'no microvm: the kernel lacks CONFIG_VIRTIO_MMIO',
    })
    expect(await machine({}, allOptions.replace('CONFIG_ACPI=y', ''))).toEqual({ machine: 'pc', why: 'the kernel has no ACPI' })
    expect(await machine({ qemuArg: ['-device', 'e1000,bus=pci.0'] })).toMatchObject({
      machine: 'q35',
      why: message`no microvm: ${option('qemu-arg')} names a PCI device`,
    })
    expect(await machine({ machine: 'pc' })).toEqual({ machine: 'pc', why: 'as asked' })
  })

  it('takes q35 with qboot and its HPET for one emulated CPU, where QEMU has that firmware', async () => {
    const withPci = `${allOptions}CONFIG_PCI=y\n`
    await put('opt/bin/qemu', '')
    await chmod(join(directory, 'opt/bin/qemu'), 0o755)
    const one = { kernel: await built('build', withPci), root: 'none', noCwd: true, cpus: '1', qemu: join(directory, 'opt/bin/qemu') }
    expect((await plan({ raw: one })).launch).toMatchObject({ machine: 'microvm', firmware: undefined })

    await put('opt/share/qemu/qboot.rom', '')
    const { launch, machine: chosen } = await plan({ raw: one })
    expect(launch).toMatchObject({ machine: 'q35', firmware: 'qboot', append: expect.stringContaining(' nolapic_timer ') })
    expect(chosen.why).toMatch(/one emulated CPU/)

    const kvm = { probeKvm: async () => ({ accel: 'kvm', reason: 'a guest ran', seconds: 0 }) as const }
    const others = [
      await plan({ raw: { ...one, cpus: '2' } }),
      await plan({ raw: one, with: kvm }),
      await plan({ raw: { ...one, kernel: await built('nopci') } }),
      await plan({ raw: { ...one, machine: 'q35' } }),
    ]
    for (const { launch: other } of others)
      expect([other.firmware, other.append]).toEqual([undefined, expect.not.stringContaining('nolapic')])
  })

  it('keeps microvm from a TCG guest whose counter is not measured: it would hang', async () => {
    expect(await machine({}, allOptions, { tscKhz: async () => undefined })).toMatchObject({ machine: 'q35' })
    const proven = { tscKhz: async () => undefined, probeKvm: async () => ({ accel: 'kvm', reason: 'a guest ran', seconds: 0 }) as const }
    expect(await machine({}, allOptions, proven)).toMatchObject({ machine: 'microvm' })
  })

  it('counts the slots of microvm', async () => {
    const share = Array.from({ length: 23 }, (_, index) => `.:/mnt/${index}`)
    expect(await machine({ share })).toMatchObject({ machine: 'q35', why: expect.stringMatching(/26 devices/) })
  })

  it('refuses --accel kvm instead of falling back', async () => {
    await expect(plan({ raw: { kernel: await built('build'), root: 'none', accel: 'kvm' } })).rejects.toMatchObject({
      code: 'KVM_NOT_USABLE',
      message: expect.stringMatching(/no \/dev\/kvm/),
    })
  })

  it('gives a sanitized kernel more memory', async () => {
    const kernel = await built('build', `${allOptions}CONFIG_KASAN=y\n`)
    expect((await plan({ raw: { kernel, root: 'none' } })).launch.memoryMiB).toBe(4096)
    expect((await plan({ raw: { kernel, root: 'none', memory: '1G' } })).launch).toMatchObject({ memoryMiB: 1024, cpus: 2 })
  })
})

describe('a cell of a matrix', () => {
  it('has one CPU where it is emulated and cpus are not named, so that cells that run at once do not spin on the locks of each other', async () => {
    const kernel = await built('build')
    const cpusOf = async (accel: AccelName, { cpus, isCell = true }: { readonly cpus?: string; readonly isCell?: boolean } = {}) => {
      const probeKvm = async () => ({ accel, reason: '', seconds: 0 })
      return (await plan({ raw: { kernel, root: 'none', cpus }, with: { probeKvm }, isCell })).launch.cpus
    }
    expect(await cpusOf('tcg')).toBe(1)
    expect(await cpusOf('tcg', { cpus: '2' })).toBe(2)
    expect(await cpusOf('tcg', { isCell: false })).toBe(2)
    expect(await cpusOf('kvm')).toBe(2)
  })
})

describe('options that do not work well', () => {
  it.each([
    ['root=/dev/vda1', /--append root=\/dev\/vda1: nothing would read it.*/, /--root or --image/],
    ['quiet init=/bin/sh', /--append init=\/bin\/sh/, /--init/],
  ])('refuses --append %s, which nothing would read', async (append, message, hint) => {
    const kernel = await built('build')
    await expect(plan({ raw: { kernel, root: 'none', append: [append] } })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    })
  })

  it('passes root= on where the kernel reads it', async () => {
    const kernel = await built('build')
    await put('own.cpio', writeCpio([]))
    const own = await plan({ command: 'boot', raw: { kernel, initrd: join(directory, 'own.cpio'), append: ['root=/dev/vda'] } })
    expect(own.launch.append).toContain('root=/dev/vda')
    const without = await plan({ raw: { kernel, root: 'none', append: ['rdinit=/none root=/dev/vda'] } })
    expect(without.launch.append).toContain('root=/dev/vda')
  })

  it('warns of many CPUs that are emulated', async () => {
    const kernel = await built('build')
    const warnings = async (cpus: string, accel: AccelName) => {
      const probeKvm = async () => ({ accel, reason: '', seconds: 0 })
      return (await plan({ raw: { kernel, root: 'none', cpus }, with: { probeKvm } })).warnings
    }
    expect(await warnings('4', 'tcg')).toEqual([])
    expect(await warnings('5', 'tcg')).toEqual([expect.stringMatching(/^--cpus 5: without KVM .* with more than 4$/)])
    expect(await warnings('64', 'kvm')).toEqual([])
  })

  it('names options in decisions and warnings as their reader wrote them', async () => {
    const raw = { kernel: await built('build'), root: 'host', cpus: '5', qemuArg: ['-device', 'e1000,bus=pci.0'] }
    const { lines, warnings } = await plan({ raw, reader: { door: 'action' } })
    expect(lines).toContain('`root: host` is not a sandbox: the guest reads what you can read')
    expect(lines.join('\n')).toContain('(no microvm: the input `qemu-arg` names a PCI device)')
    expect(warnings).toEqual([expect.stringMatching(/^`cpus: 5`: without KVM/)])
  })
})

describe("a distribution's kernel", () => {
  const release = '6.1.0-50-cloud-amd64'
  // Of Debian's 6.1 cloud kernel, shortened.
  const config = `${[...'BLK_DEV_INITRD BINFMT_ELF DEVTMPFS ACPI PCI EXT4_FS TMPFS INET'.split(' ').map((name) => `${name}=y`), ...'VIRTIO_PCI VIRTIO_MMIO VIRTIO_CONSOLE VIRTIO_BLK VIRTIO_NET HW_RANDOM_VIRTIO OVERLAY_FS EROFS_FS FUSE_FS VIRTIO_FS'.split(' ').map((name) => `${name}=m`)].map((line) => `CONFIG_${line}`).join('\n')}\n`
  const names = 'virtio virtio_ring virtio_pci virtio_console virtio_blk virtio_net virtio-rng overlay erofs fuse virtiofs dummy'.split(' ')
  const dep = names
    .map(
      (name) =>
        `kernel/${name}.ko.xz:${name.startsWith('virtio') && name.length > 11 ? ' kernel/virtio_ring.ko.xz kernel/virtio.ko.xz' : ''}\n`,
    )
    .join('')

  async function kernel({ modules }: { readonly modules: boolean }): Promise<string> {
    await put('debian/config', config)
    if (modules) await put(`debian/lib/modules/${release}/modules.dep`, dep)
    return put('debian/bzImage', bzImage({ release, wide: true }))
  }
  const daemon = { program: '/usr/lib/qemu/virtiofsd', kind: 'c', unprivileged: false } as const

  it('loads what the run needs, shows the root over virtiofs and its modules on a disk, and sets the address itself', async () => {
    const { launch, lines, modules } = await plan({
      raw: { kernel: await kernel({ modules: true }), root: 'host', noCwd: true, module: ['dummy'] },
      with: { shareDaemon: async () => daemon, withModules: async (initrd) => `${initrd}+modules` },
    })
    const loaded = modules.map(({ name, optional }) => `${name}${optional ? '?' : ''}`).join(' ')
    expect(loaded).toBe('virtio virtio_ring virtio_console virtio_pci fuse virtiofs overlay virtio_blk virtio_net? virtio_rng? dummy')
    expect(launch.initrd).toBe('/store/agent.cpio+modules')
    // Where the store is in a directory that is hidden.
    expect(launch.confinement?.needed).toContainEqual({ path: '/store/agent.cpio+modules', kind: 'file' })
    expect(launch.shares).toEqual([{ host: '/', tag: 'root', readonly: true, transport: 'virtiofs' }])
    expect(launch.virtiofsd).toEqual(daemon)
    expect(launch.append).toContain('kernelkit.root=virtiofs:root:cow')
    expect(launch.append).toContain(`kernelkit.mount=disk:/dev/vda:ext4,/lib/modules/${release},rw`)
    expect(launch.drives).toEqual([{ path: expect.stringMatching(/^\/store\/disks/) as string, format: 'raw', mode: 'snapshot' }])
    expect(launch.append).toContain('kernelkit.network=1')
    expect(launch.append).not.toMatch(/\bip=/)
    expect(lines).toContain('directories over virtiofs (/usr/lib/qemu/virtiofsd)')
  })

  it("brings its modules to the programs of an initramfs, the user's or ours", async () => {
    const own = await put('own.cpio', writeCpio([]))
    const common = { kernel: await kernel({ modules: true }), root: 'none', noCwd: true }
    for (const raw of [{ ...common, initrd: own }, common]) {
      expect((await plan({ raw })).launch.append).toContain(`kernelkit.mount=disk:/dev/vda:ext4,/lib/modules/${release},rw`)
    }
  })

  it('has the commands of busybox in our initramfs where that is the root, and says where they are from', async () => {
    const common = { kernel: await kernel({ modules: true }), noCwd: true }
    const { launch, lines } = await plan({ raw: { ...common, root: 'none' } })
    expect(launch.initrd).toBe('/store/agent.cpio+busybox')
    expect(lines).toContain('commands of a busybox')
    for (const raw of [
      { ...common, root: 'none', initrd: await put('own.cpio', writeCpio([])) },
      { ...common, image: await image() },
    ]) {
      expect((await plan({ raw })).launch.initrd).not.toContain('busybox')
    }
  })

  it("reads modules of other directories first where those are named, and none of a directory that isn't there", async () => {
    const raw = { kernel: await kernel({ modules: true }), image: await image(), noCwd: true }
    await mkdir(join(directory, 'work/driver'))
    const own = (await plan({ raw })).kernel.moduleDirectories
    const { kernel: found } = await plan({ raw: { ...raw, moduleFiles: ['driver'] } })
    expect(found.moduleDirectories).toEqual([join(directory, 'work/driver'), ...own])
    await expect(plan({ raw: { ...raw, moduleFiles: ['drivr'] } })).rejects.toMatchObject({
      code: 'FILE_NOT_FOUND',
      message: '--module-files drivr: there is no such directory.',
    })
  })

  it('loads no overlay for its modules alone, which are written to in a snapshot', async () => {
    const raw = { kernel: await kernel({ modules: true }), image: await image(), noCwd: true }
    const shareDaemon = async (): Promise<never> => {
      throw new Error('nothing is shared')
    }
    const { launch, lines, modules } = await plan({ raw, with: { shareDaemon } })
    expect(lines.join('\n')).not.toContain('virtiofs')
    expect(launch.append).toContain(`kernelkit.mount=disk:/dev/vdb:ext4,/lib/modules/${release},rw`)
    expect(launch.drives.map(({ mode }) => mode)).toEqual(['snapshot', 'snapshot'])
    expect(modules.map(({ name }) => name)).not.toContain('overlay')
  })

  it('out of packages skips the crypto self-tests of an emulated boot alone, unless the user says otherwise', async () => {
    const path = await kernel({ modules: true })
    await put('debian/config', `${config}CONFIG_CRYPTO_MANAGER=y\n# CONFIG_CRYPTO_MANAGER_DISABLE_TESTS is not set\n`)
    const wordsOf = async (more: Readonly<Record<string, unknown>> = {}, change: Partial<PlanServices> = {}): Promise<readonly string[]> =>
      (await plan({ raw: { kernel: path, root: 'none', noCwd: true, ...more }, with: change })).launch.append
        .split(' ')
        .filter((word) => word.includes('crypto'))
    expect(await wordsOf()).toEqual([])
    await put('debian/manifest.json', JSON.stringify({ kind: 'kernel', packages: [], modules: `lib/modules/${release}` }))
    expect(await wordsOf()).toEqual(['cryptomgr.notests', 'kernelkit.crypto-tests=1'])
    expect(await wordsOf({ append: ['cryptomgr.notests=0'] })).toEqual(['cryptomgr.notests=0'])
    expect(await wordsOf({}, { probeKvm: async () => ({ accel: 'kvm', reason: 'works', seconds: 0 }) })).toEqual([])
    await put('debian/config', `${config}CONFIG_CRYPTO_MANAGER=m\n`)
    expect(await wordsOf()).toEqual([])
  })

  it('given as a bare file, is refused with the name of its package', async () => {
    await expect(plan({ raw: { kernel: await kernel({ modules: false }), root: 'none' } })).rejects.toMatchObject({
      code: 'KERNEL_LACKS',
      hint: `Name its package, which brings its modules: --kernel deb:linux-image-${release}, or the newest one like it: --kernel debian:12/cloud.`,
    })
  })

  it('whose modules depmod has not listed is refused as without them, with the command that lists them', async () => {
    const path = await kernel({ modules: false })
    await put(`debian/lib/modules/${release}/kernel/virtio.ko`, '')
    const warned: string[] = []
    await expect(plan({ raw: { kernel: path, root: 'none' }, warned })).rejects.toMatchObject({ code: 'KERNEL_LACKS' })
    const modules = join(directory, 'debian/lib/modules', release)
    expect(warned).toEqual([
      `${modules} has no modules.dep, so its modules are not used. Run \`depmod -b ${join(directory, 'debian')} ${release}\`.`,
    ])
  })

  it('without 9p is refused with the daemon to install where this host has no virtiofsd', async () => {
    await expect(plan({ raw: { kernel: await kernel({ modules: true }), root: 'host' } })).rejects.toMatchObject({
      code: 'KERNEL_LACKS',
      hint: expect.stringMatching(/^Install virtiofsd .* Or boot an image with --image .*--no-cwd/) as string,
    })
  })

  it('without 9p is refused with the general kernel of its suite where it was named', async () => {
    const path = await kernel({ modules: true })
    const prepareKernel = async () => ({ path, shown: 'debian:12/cloud', why: 'for a test' })
    await expect(plan({ raw: { kernel: 'debian:12/cloud', root: 'host' }, with: { prepareKernel } })).rejects.toMatchObject({
      code: 'KERNEL_LACKS',
      hint: expect.stringMatching(
        /^Take the general kernel of the same suite, which has more options: --kernel debian:12\. Or: Install virtiofsd /,
      ) as string,
    })
  })

  it('is offered first where there is no kernel', async () => {
    await expect(plan({ raw: { root: 'none' } })).rejects.toMatchObject({
      code: 'KERNEL_NOT_FOUND',
      hint: expect.stringMatching(/^Take Debian's, without compiling: --kernel debian:12, /) as string,
    })
  })

  it('has the vmlinux and the modules of its debug symbols for reports, and boots as without them', async () => {
    const path = await kernel({ modules: true })
    await put(
      'debian/manifest.json',
      JSON.stringify({ kind: 'kernel', symbols: 'symbols', debugVmlinux: 'symbols/boot/vmlinux', modules: `lib/modules/${release}` }),
    )
    const asked: unknown[] = []
    const prepareKernel: PlanServices['prepareKernel'] = async (_reference, options) => {
      asked.push(options.symbols)
      return { path, shown: 'debian:12/cloud', why: 'as fetched' }
    }
    const { kernel: found, launch } = await plan({
      raw: { kernel: 'debian:12/cloud', root: 'none', symbols: true },
      with: { prepareKernel },
    })
    expect(asked).toEqual([true])
    expect(launch.kernel).toBe(path)
    expect(found.vmlinux).toBe(join(directory, 'debian/symbols/boot/vmlinux'))
    expect(found.moduleDirectories).toEqual([join(directory, 'debian/symbols'), join(directory, `debian/lib/modules/${release}`)])
    await expect(plan({ raw: { kernel: path, root: 'none', symbols: true } })).rejects.toMatchObject({
      code: 'BAD_OPTION',
      message: `--symbols is for kernels of an archive, not for --kernel ${path}.`,
    })
  })

  it('has no module of an unknown name', async () => {
    await expect(plan({ raw: { kernel: await kernel({ modules: true }), root: 'none', module: ['dumy'] } })).rejects.toMatchObject({
      code: 'NO_SUCH_MODULE',
      hint: 'Did you mean --module dummy?',
    })
  })
})
