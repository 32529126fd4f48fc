import { execFileSync } from 'node:child_process'
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  cloudKernel,
  kernelLayers,
  makeImage,
  makeRpms,
  push,
  startRegistry,
  writeLayout,
  type StoredKernel,
} from './lib/kernel-packages.ts'
import { kernelkit, lastLine, smallGuest, testArtifacts } from './lib/kernelkit.ts'
import { ordinaryUser } from './lib/ordinary-user.ts'
import { makePerson } from './lib/person.ts'
import { onlyFull } from './lib/tiers.ts'

const { image } = testArtifacts()
let directory = ''
let kernel: StoredKernel

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
  kernel = await cloudKernel()
})
afterAll(async () => {
  await rm(directory, { recursive: true, force: true })
})

/** Boots a kernel, loads one of its modules by modprobe, and answers what the guest printed. */
async function bootAndLoad(reference: string, more: readonly string[] = []): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const script = 'uname -r; modprobe dummy && ls -d /sys/class/net/dummy0'
  const { stdout, stderr } = await kernelkit(['run', '-k', reference, '--image', image, ...smallGuest, ...more, '--', 'sh', '-c', script])
  if (!/^kernelkit: verdict=pass\b/.test(lastLine(stderr) ?? '')) throw new Error(stderr)
  return { stdout, stderr }
}

/** What `make tar-pkg` packs. */
async function makeTarInstall(tree: string): Promise<string> {
  await mkdir(join(tree, 'boot'), { recursive: true })
  await cp(join(kernel.path, 'bzImage'), join(tree, `boot/vmlinuz-${kernel.release}`))
  await cp(join(kernel.path, 'config'), join(tree, `boot/config-${kernel.release}`))
  await cp(kernel.modules, join(tree, 'lib/modules', kernel.release), { recursive: true })
  return tree
}

describe('a kernel in packages and images', () => {
  const expected = (): string => `${kernel.release}\n/sys/class/net/dummy0\n`

  it('boots from rpm packages in the layout of Fedora, and one of them alone says which drivers are missing', async () => {
    const rpms = await makeRpms(kernel, join(directory, 'rpms'))
    expect((await bootAndLoad(`${rpms.core},${rpms.modules}`)).stdout).toBe(expected())
    const alone = await kernelkit(['run', '-k', rpms.core, '--image', image, '--', 'true'])
    expect(alone.stderr).toMatch(/KERNEL_LACKS: this kernel lacks CONFIG_VIRTIO_CONSOLE \(it is a module\)/)
    expect(alone.stderr).toMatch(/Hint: Name its package, which brings its modules: .*--kernel debian:12\/cloud\./)
  })

  it(
    'boots from an OCI layout directory as little-vm-helper makes one',
    onlyFull('a guest more; a registry gives the same layers below'),
    async () => {
      const layout = join(directory, 'layout')
      await writeLayout(makeImage(await kernelLayers(kernel, 'little-vm-helper', join(directory, 'lvh'))), layout)
      expect((await bootAndLoad(`oci:${layout}`)).stdout).toBe(expected())
    },
  )

  it('boots from a registry, in the layout of cilium/ci-kernels, and without the registry once it is in the store', async () => {
    const made = makeImage(await kernelLayers(kernel, 'ci-kernels', join(directory, 'cilium')))
    const registry = await startRegistry(directory)
    const reference = `oci:${registry.address}/ci/kernels@${made.digest}`
    try {
      await push(registry.address, 'ci/kernels', made)
      expect((await bootAndLoad(reference)).stdout).toBe(expected())
    } finally {
      await registry.stop()
    }
    const again = await kernelkit(['run', '-k', reference, '--image', image, '--module', 'no_such_module', '--', 'true'])
    expect(again.stderr).toContain('NO_SUCH_MODULE: --module no_such_module')
    const unknown = await kernelkit(['run', '-k', `oci:${registry.address}/ci/kernels@sha256:${'0'.repeat(64)}`, '--', 'true'])
    expect(unknown.stderr).toMatch(/FETCH_FAILED: http:\/\/localhost:\d+\/v2\/ci\/kernels\/manifests\/sha256:0+ could not be fetched/)
  })

  it('boots from a directory of make tar-pkg', async () => {
    expect((await bootAndLoad(await makeTarInstall(join(directory, 'tar-install')))).stdout).toBe(expected())
  })

  it('names the module that the kernel refuses', onlyFull('three guests more'), async () => {
    const tree = await makeTarInstall(join(directory, 'tar-refused'))
    const file = join(tree, 'lib/modules', kernel.release, 'kernel/drivers/net/dummy.ko')
    const signed = await readFile(file)
    const refused = async (content: Buffer, more: readonly string[] = []): Promise<string> => {
      await writeFile(file, content)
      const { stderr } = await kernelkit(['run', '-k', tree, '--image', image, ...more, '--module', 'dummy', '--', 'true'])
      expect(lastLine(stderr)).toMatch(/verdict=boot-fail/)
      return /cannot load the module .*/.exec(stderr.slice(stderr.indexOf('boot-fail:')))?.[0] ?? stderr
    }
    // Module.symvers and keys are of this kernel: any other byte breaks the signature.
    // With CONFIG_MODVERSIONS the kernel does not compare the release in it, but the words after that (kernel/module/version.c, same_magic).
    const magic = signed.indexOf(' SMP ', signed.indexOf('vermagic=')) + 1
    const foreign = Buffer.from(signed)
    foreign.write('UMP', magic)
    expect(await refused(foreign)).toContain(
      'module dummy: this kernel takes only modules signed with its own keys, and the signature is missing or does not fit',
    )
    // As strip(1) leaves it, and as another build would: include/linux/module_signature.h appends the signature and 12 bytes, then this text.
    const marker = '~Module signature appended~\n'
    const end = signed.length - marker.length
    const unsigned = foreign.subarray(0, end - 12 - signed.readUInt32BE(end - 4))
    expect(await refused(unsigned)).toContain('module dummy: it was built for another kernel or machine (its version magic does not fit)')
    unsigned.write('SMP', magic)
    expect(await refused(unsigned, ['--append', 'module.sig_enforce=1'])).toContain(
      'module dummy: this kernel takes only modules signed with its own keys',
    )
  })
})

describe('an ordinary user', () => {
  it(
    'boots all of these; a machine without a file of its kernel is named',
    { ...onlyFull('each kernel is unpacked once more, into the store of another user'), timeout: 20 * 60_000 },
    async () => {
      const person = await makePerson(ordinaryUser.uid)
      const place = join(person.home, 'kernels')
      const rpms = await makeRpms(kernel, join(place, 'rpms'))
      const made = makeImage(await kernelLayers(kernel, 'ci-kernels', join(place, 'layers')))
      await writeLayout(made, join(place, 'layout'))
      const tree = await makeTarInstall(join(place, 'tar-install'))
      const root = join(person.home, 'root.ext4')
      execFileSync('cp', ['--sparse=always', image, root])
      execFileSync('chown', ['-R', `${person.uid}:${person.uid}`, place, root])
      const registry = await startRegistry(directory)
      try {
        await push(registry.address, 'ci/kernels', made)
        const references = [
          `${rpms.core},${rpms.modules}`,
          `oci:${join(place, 'layout')}`,
          `oci:${registry.address}/ci/kernels@${made.digest}`,
          tree,
          `deb:linux-image-${kernel.release}`,
        ]
        for (const reference of references) {
          const script = 'uname -r; modprobe dummy && ls -d /sys/class/net/dummy0'
          const { stdout, stderr } = await person.run([
            'run',
            '-k',
            reference,
            '--image',
            root,
            '--share-as',
            'disk',
            '--',
            'sh',
            '-c',
            script,
          ])
          expect({ reference, stdout, end: lastLine(stderr) }).toEqual({
            reference,
            stdout: `${kernel.release}\n/sys/class/net/dummy0\n`,
            end: expect.stringMatching(/^kernelkit: verdict=pass\b/) as string,
          })
        }
      } finally {
        await registry.stop()
      }
      const own = await person.run(['run', '-k', 'host', '--root', 'host', '--no-cwd', '--', 'uname', '-r'])
      expect(own.stderr).toMatch(
        /^KERNEL_NOT_FOUND: --kernel host: this machine runs \S+, but has no file of it|^kernelkit: verdict=pass\b/m,
      )
    },
  )
})
