import { join } from 'node:path'
import type { ArchName } from '@kernelkit/core/arch'
import { writeCpio, type CpioEntry } from '@kernelkit/core/cpio'
import type { Host, Store } from '@kernelkit/host'
import { guestProgram } from './agent-program.ts'

/** `whole`: the agent is /init of the only archive. `appended`: it follows a user's archive, whose /init stays (`rdinit=/.kernelkit/init`). */
export type AgentLayout = 'whole' | 'appended'

/** Path of the kernel parameter `rdinit=` that starts the agent appended to a user's archive. */
const agentRdinit = '/.kernelkit/init'

export function agentEntries(program: Uint8Array, layout: AgentLayout): readonly CpioEntry[] {
  const hidden: CpioEntry = { kind: 'directory', path: '.kernelkit', mode: 0o700 }
  if (layout === 'appended') return [hidden, { kind: 'file', path: agentRdinit.slice(1), mode: 0o755, content: program }]
  return [
    hidden,
    { kind: 'file', path: 'init', mode: 0o755, content: program },
    // The kernel opens it for the first process before that could mount anything.
    { kind: 'directory', path: 'dev', mode: 0o755 },
    { kind: 'character-device', path: 'dev/console', mode: 0o600, major: 5, minor: 1 },
    { kind: 'directory', path: 'proc', mode: 0o555 },
    { kind: 'directory', path: 'sys', mode: 0o555 },
    { kind: 'directory', path: 'root', mode: 0o700 },
    { kind: 'directory', path: 'etc', mode: 0o755 },
    { kind: 'directory', path: 'run', mode: 0o755 },
    { kind: 'directory', path: 'tmp', mode: 0o1777 },
  ]
}

/** The agent's initramfs: a fixed file of the store, uncompressed (a few tens of KB: unpacking would cost more than reading). */
export async function agentInitrd(options: {
  readonly arch: ArchName
  readonly layout: AgentLayout
  readonly host: Host
  readonly store: Store
}): Promise<string> {
  const { arch, layout, host, store } = options
  const program = await host.fs.readFile(await guestProgram('agent', arch, host, store))
  const archive = writeCpio(agentEntries(program, layout))
  const { entry } = await store.obtain({
    kind: 'agent',
    material: [
      ['initrd', layout],
      ['content', host.sha256(archive)],
    ],
    produce: (directory) => host.fs.writeFile(join(directory, 'initrd.cpio'), archive),
  })
  return join(entry.path, 'initrd.cpio')
}

/** Up to this size (bytes) an archive is unpacked here: the guest's memory would hold it twice, but need not inflate it, which is 20 ms per MiB under emulation. */
const unpackedLimit = 32 << 20

/**
 * The user's archive, gunzipped when it is small, padded to 4 bytes, then ours: the kernel unpacks archives one after another, each at a multiple
 * of 4 (Documentation/driver-api/early-userspace/buffer-format.rst).
 */
export async function joinInitrds(options: {
  readonly user: string
  readonly agent: string
  readonly to: string
  readonly host: Host
}): Promise<void> {
  const { host, to } = options
  const unpacked = await gunzipSmall(options.user, host)
  if (unpacked === undefined) await host.fs.copyFile(options.user, to)
  else await host.fs.writeFile(to, unpacked)
  await host.fs.chmod(to, 0o600)
  const { size } = await host.fs.stat(to)
  await host.fs.appendFile(to, new Uint8Array((4 - (size % 4)) % 4))
  await host.fs.appendFile(to, await host.fs.readFile(options.agent))
}

/** `undefined`: another format, too large, or gzip only in its first part; the kernel knows more kinds of archives than we do. */
async function gunzipSmall(path: string, host: Host): Promise<Uint8Array | undefined> {
  if ((await host.fs.stat(path)).size > unpackedLimit) return undefined
  const packed = await host.fs.readFile(path)
  if (packed[0] !== 0x1f || packed[1] !== 0x8b) return undefined
  const { gunzipSync } = await import('node:zlib')
  try {
    const { buffer, engine } = gunzipSync(packed, { maxOutputLength: unpackedLimit, info: true }) as unknown as GunzipInfo
    // Node leaves out what follows the last gzip member; the kernel unpacks it.
    return engine.bytesWritten === packed.byteLength ? buffer : undefined
  } catch {
    return undefined
  }
}

interface GunzipInfo {
  readonly buffer: Uint8Array
  readonly engine: { readonly bytesWritten: number }
}
