import { dirname, join } from 'node:path'
import type { ArchName } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import { findProject, readProject } from '@kernelkit/host/project'
import { probeKvm, qemuVersion } from '@kernelkit/host/kvm'
import type { Host, Store } from '@kernelkit/host'
import { agentInitrd } from '../guest/agent-initrd.ts'
import { measureTscKhz } from '../guest/measure-tsc.ts'
import { readManifest } from './kernel-version.ts'
import type { PlanServices, StoredArtifact } from './services.ts'

/** Answers from this machine and its store. */
export function machineServices(host: Host, store: Store, signal?: AbortSignal): PlanServices {
  const agents = new Map<ArchName, Promise<string>>()
  const agentOf = (arch: ArchName): Promise<string> => {
    const known = agents.get(arch) ?? agentInitrd({ arch, layout: 'whole', host, store })
    agents.set(arch, known)
    return known
  }
  let khz: Promise<number | undefined> | undefined
  const tscKhz = (): Promise<number | undefined> => (khz ??= measureTscKhz(host, store))
  return {
    probeKvm: (qemu, arch) => probeKvm(host, store, qemu, arch),
    qemuVersion: (qemu) => qemuVersion(host, store, qemu).catch(() => undefined),
    tscKhz,
    agentInitrd: agentOf,
    agentAfter: async (arch, user) => {
      const { joinedInitrd } = await import('../guest/joined-initrd.ts')
      const agent = await agentInitrd({ arch, layout: 'appended', host, store })
      return joinedInitrd({ user, agent, host, store })
    },
    prepareKernel: async (reference, options) => {
      const { prepareKernel } = await import('../reference/prepare-kernel.ts')
      // Compiled while the kernel is fetched; whether that fails is for the one who needs it.
      const compiled = [agentOf(options.arch), tscKhz()].map((one) => one.catch(() => undefined))
      const [prepared] = await Promise.all([prepareKernel(host, store, reference, { ...options, signal }), ...compiled])
      return prepared
    },
    withModules: async (initrd, modules, arch) => {
      const { moduleInitrd } = await import('../guest/module-initrd.ts')
      return moduleInitrd({ initrd, modules, arch, host, store })
    },
    withBusybox: async (initrd, options) => {
      const [{ findBusybox }, { busyboxInitrd }] = await Promise.all([
        import('../guest/find-busybox.ts'),
        import('../guest/busybox-initrd.ts'),
      ])
      try {
        const busybox = await findBusybox(host, store, { ...options, signal })
        return { initrd: await busyboxInitrd({ initrd, busybox, host, store }), shown: `commands of ${busybox.shown}` }
      } catch (error) {
        // A program that needs none of them runs all the same.
        if (!(error instanceof UserError)) throw error
        return { initrd, shown: `no commands: ${error.message.replace(/\.$/, '')}` }
      }
    },
    shareDaemon: async () => (await import('./virtiofs.ts')).findShareDaemon(host, store),
    veilLayers: async (homes) => {
      const { describeLayer, layersIn, makeLayers } = await import('./resolve-veils.ts')
      const described = await Promise.all(homes.map((home) => describeLayer(host, home)))
      const material = described.map((text, index) => [`veil ${index}`, text] as const)
      const { entry } = await store.obtain({ kind: 'agent', material, produce: (directory) => makeLayers(host, homes, directory) })
      return layersIn(entry.path)
    },
    directoryDisk: async (request) => (await import('../guest/directory-disk.ts')).directoryDisk(host, store, { ...request, signal }),
    ofProject: async (kind, arch) => {
      const project = await findProject(host)
      const path = (await readProject(host, store, { project, arch }))[kind]
      return path === undefined ? undefined : artifactOf(host, path, kind, `last ${kind === 'kernel' ? 'built' : 'baked'} for ${project}`)
    },
    newestKernel: async (arch) => {
      const entries = (await store.list()).filter((entry) => entry.kind === 'kernel').toSorted((a, b) => b.createdAt - a.createdAt)
      for (const entry of entries) {
        const manifest = await readManifest(host, entry.path)
        // A distribution's kernel boots only where it is named.
        if (manifest?.['arch'] === arch && manifest['packages'] === undefined)
          return { path: entry.path, why: "the store's newest: this directory is not a kernel tree" }
      }
      return undefined
    },
  }
}

/** The record names a manifest; the artifact is next to it, under the name that the manifest gives. */
async function artifactOf(host: Host, path: string, kind: 'kernel' | 'image', why: string): Promise<StoredArtifact | undefined> {
  if (!path.endsWith('.json')) return { path, why }
  const directory = dirname(path)
  if (kind === 'kernel') return { path: directory, why }
  const named = (await readManifest(host, directory))?.['image']
  if (typeof named === 'string') return { path: named.startsWith('/') ? named : join(directory, named), why }
  const image = (await host.fs.readdir(directory)).find((name) => /\.(?:ext4|img|raw|qcow2)$/.test(name))
  return image === undefined ? undefined : { path: join(directory, image), why }
}
