import { join } from 'node:path'
import { parseArch, type ArchName } from '@kernelkit/core/arch'
import { renderKernelReference, type OciKernel } from '@kernelkit/core/kernels'
import { describeBytes, withTask, type Host, type Store } from '@kernelkit/host'
import { openOciImage } from './oci-image.ts'
import { arrangeIn, obtainKernel, type PreparedKernel } from './store-kernel.ts'
import { layerBudget, unpackLayer } from './unpack-layer.ts'

/** The kernel in an OCI image: what its layers have below /boot and /lib/modules. */
export async function prepareImage(
  host: Host,
  store: Store,
  reference: OciKernel,
  { arch: archName, signal }: { readonly arch: ArchName; readonly signal?: AbortSignal | undefined },
): Promise<PreparedKernel> {
  const arch = parseArch(archName)
  const image = await openOciImage(host, reference, { arch, signal })
  const label = renderKernelReference(reference)
  const { entry } = await obtainKernel(store, [image.digest, arch.name], signal, async (directory) => {
    const layers = await image.layers()
    const total = layers.reduce((sum, { bytes }) => sum + bytes, 0)
    await withTask(host, { title: `read ${label}, ${Math.ceil(total / 1e6)} MB` }, async (task) => {
      const budget = layerBudget()
      const [from, fetched] = [join(directory, 'x'), join(directory, 'layers')]
      await host.fs.mkdir(from)
      await host.fs.mkdir(fetched)
      let before = 0
      for (const layer of layers) {
        task.update(describeBytes(before, total))
        before += layer.bytes
        const file = await image.layerFile(layer, fetched)
        await unpackLayer(host, { file, directory: from, budget, label, signal })
      }
      await host.fs.rm(fetched, { recursive: true, force: true })
      const packages = layers.map(({ digest }) => ({ name: digest, version: undefined, sha256: digest.slice('sha256:'.length) }))
      await arrangeIn(host, directory, { arch, origin: { label, packages }, signal })
    })
  })
  return { path: entry.path, shown: label, why: 'unpacked into the store' }
}
