import { execFileSync, spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { kernelkit } from './kernelkit.ts'

/** A distribution's kernel in the store. */
export interface StoredKernel {
  readonly path: string
  readonly release: string
  /** lib/modules/RELEASE. */
  readonly modules: string
}

/** Debian's cloud kernel, unpacked; fetched when the store does not have it. */
export async function cloudKernel(): Promise<StoredKernel> {
  // The first option that fails after the kernel is there: nothing is booted.
  await kernelkit(['run', '-k', 'debian:12/cloud', '--root', 'none', '--module', 'no_such_module', '--', 'true'])
  const { stdout, stderr } = await kernelkit(['kernels', 'debian:12/cloud', '--json'])
  const list = JSON.parse(stdout) as {
    readonly kernels: readonly { readonly kernel: string; readonly stored: { readonly path: string } | null }[]
  }
  const path = list.kernels.find(({ kernel }) => kernel === 'debian:12/cloud')?.stored?.path
  if (path === undefined) throw new Error(`debian:12/cloud is not in the store\n${stderr}`)
  const [release = ''] = await readdir(join(path, 'modules/lib/modules'))
  return { path, release, modules: join(path, 'modules/lib/modules', release) }
}

// The same bytes in each run: the store keeps one entry for them.
const sameBytes = ['--sort=name', '--mtime=@0', '--owner=0', '--group=0', '--numeric-owner']

/** Files that Fedora has in kernel-core; the rest of lib/modules is in kernel-modules. */
const coreFiles = ['vmlinuz', 'config', 'modules.builtin', 'modules.order']

/** rpm packages of the kernel, as Fedora splits it: `kernel` is empty and requires the others. */
export async function makeRpms(
  { path, release, modules }: StoredKernel,
  directory: string,
): Promise<{ readonly core: string; readonly modules: string; readonly meta: string; readonly version: string }> {
  const tree = join(directory, 'tree/lib/modules', release)
  await mkdir(tree, { recursive: true })
  await cp(modules, tree, { recursive: true })
  for (const name of await readdir(tree))
    if (name.startsWith('modules.') && !coreFiles.includes(name)) execFileSync('rm', [join(tree, name)])
  await cp(join(path, 'bzImage'), join(tree, 'vmlinuz'))
  await cp(join(path, 'config'), join(tree, 'config'))
  const spec = join(directory, 'kernel.spec')
  const [version = '', ...rest] = release.split('-')
  await writeFile(
    spec,
    `Name: kernel
Version: ${version}
Release: ${rest.join('.')}
Summary: A kernel
License: GPL-2.0-only
Requires: kernel-core-uname-r = %{version}-%{release}.%{_arch}
Requires: kernel-modules-uname-r = %{version}-%{release}.%{_arch}
%description
A kernel.
%package core
Summary: The kernel itself
AutoReqProv: no
Provides: kernel-core-uname-r = %{version}-%{release}.%{_arch}
Provides: kernel-uname-r = %{version}-%{release}.%{_arch}
%description core
Image and configuration.
%package modules
Summary: Its modules
AutoReqProv: no
Provides: kernel-modules-uname-r = %{version}-%{release}.%{_arch}
Requires: kernel-uname-r = %{version}-%{release}.%{_arch}
%description modules
Modules.
%install
mkdir -p %{buildroot}
cp -a ${join(directory, 'tree')}/. %{buildroot}/
%files
%files core
${coreFiles.map((name) => `/lib/modules/${release}/${name}`).join('\n')}
%files modules
/lib/modules/${release}/kernel
`,
  )
  const defines = [
    `_topdir ${directory}/rpm`,
    '_build_id_links none',
    // Quick, and what rpm writes by default on Fedora.
    '_binary_payload w1.zstdio',
    '_buildhost kernelkit.test',
    'use_source_date_epoch_as_buildtime 1',
    'clamp_mtime_to_source_date_epoch 1',
    '__os_install_post %{nil}',
    '__strip /bin/true',
    'debug_package %{nil}',
  ]
  execFileSync('rpmbuild', ['-bb', ...defines.flatMap((one) => ['--define', one]), spec], {
    env: { ...process.env, SOURCE_DATE_EPOCH: '1700000000' },
    stdio: 'pipe',
  })
  const made = execFileSync('find', [join(directory, 'rpm/RPMS'), '-name', '*.rpm'])
    .toString()
    .trim()
    .split('\n')
  const find = (part: string): string => made.find((file) => file.includes(`/kernel${part}-${version}`)) ?? ''
  return { core: find('-core'), modules: find('-modules'), meta: find(''), version: `${version}-${rest.join('.')}` }
}

/** Packages of the kernel as Ubuntu builds mainline kernels: the image alone, and modules with the configuration. */
export async function makeMainlineDebs(
  { path, release, modules }: StoredKernel,
  { version, directory }: { readonly version: string; readonly directory: string },
): Promise<readonly string[]> {
  const number = `${version}-${version
    .split('.')
    .map((part) => part.padStart(2, '0'))
    .join('')}`
  const make = async (name: string, files: readonly (readonly [from: string, to: string])[]): Promise<string> => {
    const tree = join(directory, name)
    await mkdir(join(tree, 'DEBIAN'), { recursive: true })
    const control = { Package: `${name}-${number}-generic`, Version: `${number}.202310101010`, Architecture: 'amd64' }
    const fields = { ...control, Maintainer: 'A <a@example.org>', Description: 'A kernel' }
    await writeFile(
      join(tree, 'DEBIAN/control'),
      Object.entries(fields)
        .map(([key, value]) => `${key}: ${value}\n`)
        .join(''),
    )
    for (const [from, to] of files) {
      await mkdir(join(tree, to, '..'), { recursive: true })
      await cp(from, join(tree, to), { recursive: true })
    }
    const deb = join(directory, `${control.Package}_${control.Version}_${control.Architecture}.deb`)
    // The same bytes in each run: the store keeps one entry for them.
    const env = { ...process.env, SOURCE_DATE_EPOCH: '1700000000' }
    execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z1', '-b', tree, deb], { env, stdio: 'pipe' })
    return deb
  }
  return [
    await make('linux-image-unsigned', [[join(path, 'bzImage'), `boot/vmlinuz-${release}`]]),
    await make('linux-modules', [
      [join(path, 'config'), `boot/config-${release}`],
      [modules, `lib/modules/${release}`],
    ]),
  ]
}

/** A layer with files of a directory. */
export function tarOf(directory: string): Buffer {
  return execFileSync('tar', ['-cf', '-', ...sameBytes, '-C', directory, '.'], { maxBuffer: 2 ** 30 })
}

export interface MadeImage {
  readonly manifest: Buffer
  readonly digest: string
  readonly blobs: readonly Buffer[]
}

/** An image with these layers, packed by turns with gzip and zstd. */
export function makeImage(layers: readonly Buffer[]): MadeImage {
  const packed = layers.map((layer, index) => (index % 2 === 0 ? gzipSync(layer, { level: 1 }) : zstdCompressSync(layer)))
  const config = Buffer.from(
    JSON.stringify({ architecture: 'amd64', os: 'linux', config: {}, rootfs: { type: 'layers', diff_ids: layers.map(digestOf) } }),
  )
  const manifest = Buffer.from(
    JSON.stringify({
      schemaVersion: 2,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf(config), size: config.length },
      layers: packed.map((layer, index) => ({
        mediaType: `application/vnd.oci.image.layer.v1.tar+${index % 2 === 0 ? 'gzip' : 'zstd'}`,
        digest: digestOf(layer),
        size: layer.length,
      })),
    }),
  )
  return { manifest, digest: digestOf(manifest), blobs: [config, ...packed] }
}

export function digestOf(content: Buffer): string {
  return `sha256:${createHash('sha256').update(content).digest('hex')}`
}

/** Writes an image as a layout directory. */
export async function writeLayout({ manifest, digest, blobs }: MadeImage, directory: string): Promise<void> {
  await mkdir(join(directory, 'blobs/sha256'), { recursive: true })
  for (const blob of [manifest, ...blobs]) await writeFile(join(directory, 'blobs/sha256', digestOf(blob).slice('sha256:'.length)), blob)
  await writeFile(join(directory, 'oci-layout'), '{"imageLayoutVersion":"1.0.0"}')
  const descriptor = { mediaType: 'application/vnd.oci.image.manifest.v1+json', digest, size: manifest.length }
  await writeFile(join(directory, 'index.json'), JSON.stringify({ schemaVersion: 2, manifests: [descriptor] }))
}

/** A registry of its own on a free port, which ends with the returned function. */
export async function startRegistry(directory: string): Promise<{ readonly address: string; stop(): Promise<void> }> {
  const port = await freePort()
  const address = `localhost:${port}`
  const config = join(directory, 'registry.yml')
  await writeFile(
    config,
    `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: ${join(directory, 'registry')} } }\nhttp: { addr: "${address}" }\n`,
  )
  const child = spawn('docker-registry', ['serve', config], { stdio: 'ignore' })
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  const stop = async (): Promise<void> => {
    child.kill()
    await ended
  }
  for (let attempt = 0; attempt < 600; attempt++) {
    if (child.exitCode !== null) throw new Error(`docker-registry exited with status ${child.exitCode}`)
    if (
      await fetch(`http://${address}/v2/`).then(
        (answer) => answer.ok,
        () => false,
      )
    )
      return { address, stop }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  await stop()
  throw new Error('docker-registry does not answer')
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer()
    server.once('error', reject)
    server.listen(0, 'localhost', () => {
      const { port } = server.address() as AddressInfo
      server.close(() => resolve(port))
    })
  })
}

/** Puts an image into a registry by its protocol. */
export async function push(address: string, name: string, { manifest, digest, blobs }: MadeImage): Promise<void> {
  for (const blob of blobs) {
    const started = await fetch(`http://${address}/v2/${name}/blobs/uploads/`, { method: 'POST' })
    const location = new URL(started.headers.get('location') ?? '', `http://${address}`)
    location.searchParams.set('digest', digestOf(blob))
    await expectOk(fetch(location, { method: 'PUT', body: new Uint8Array(blob), headers: { 'content-type': 'application/octet-stream' } }))
  }
  const type = 'application/vnd.oci.image.manifest.v1+json'
  await expectOk(
    fetch(`http://${address}/v2/${name}/manifests/${digest}`, {
      method: 'PUT',
      body: new Uint8Array(manifest),
      headers: { 'content-type': type },
    }),
  )
}

async function expectOk(answer: Promise<Response>): Promise<void> {
  const { ok, status, url } = await answer
  if (!ok) throw new Error(`${url} answered ${status}`)
}

/** Files of the kernel as an image has them: cilium/ci-kernels' layout, or that of little-vm-helper. */
export async function kernelLayers(
  { path, release, modules }: StoredKernel,
  layout: 'ci-kernels' | 'little-vm-helper',
  directory: string,
): Promise<readonly Buffer[]> {
  const [boot, tree] = [join(directory, 'boot-layer'), join(directory, 'modules-layer')]
  const top = layout === 'ci-kernels' ? '' : `data/kernels/6.1`
  await mkdir(join(boot, top, 'boot'), { recursive: true })
  await cp(join(path, 'bzImage'), join(boot, top, layout === 'ci-kernels' ? 'boot/vmlinuz' : `boot/vmlinuz-${release}`))
  await cp(join(path, 'config'), join(boot, top, layout === 'ci-kernels' ? 'boot/config' : `boot/config-${release}`))
  const to = join(tree, top, layout === 'ci-kernels' ? 'usr/lib/modules' : 'lib/modules', release)
  await mkdir(to, { recursive: true })
  await cp(modules, to, { recursive: true })
  if (layout === 'ci-kernels') execFileSync('ln', ['-s', 'usr/lib', join(tree, 'lib')])
  return [tarOf(boot), tarOf(tree)]
}
