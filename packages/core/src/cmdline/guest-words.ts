/** How a share is mounted: `cow` puts an overlay in guest memory above it. */
export type ShareMode = 'cow' | 'ro' | 'rw'

/** Which file system the guest gets as its root. The agent in the initramfs parses the same words (packages/vm/agent). */
export type GuestRoot =
  | { readonly kind: 'disk'; readonly device: string; readonly fsType: string; readonly mode: ShareMode }
  /** A share. */
  | { readonly kind: '9p' | 'virtiofs'; readonly tag: string; readonly mode: ShareMode }
  /** Stay in the initramfs. */
  | { readonly kind: 'initramfs' }

/** A share mounted inside the root. */
export interface GuestMount {
  readonly tag: string
  readonly at: string
  readonly mode: ShareMode
  /** Absent: 9p. Of a disk, which has the type of a file system, the tag is the device. */
  readonly transport?: 'virtiofs' | { readonly fsType: string } | undefined
}

export interface GuestWords {
  readonly root: GuestRoot
  /** Hide the host's /run, /tmp, /dev, /proc and /sys. */
  readonly mask: boolean
  /** Programs of shares do not change their user: their owners are not what they are on the host. */
  readonly noSetuid?: boolean
  /** The agent as first process, or the absolute path of the root's own init. */
  readonly init: 'agent' | `/${string}`
  readonly mounts: readonly GuestMount[]
  readonly hostname: string
  /** The agent gives the network card its address: the kernel does not read `ip=`. */
  readonly network?: boolean | undefined
  /** The agent switches the self-tests of crypto algorithms on, which the kernel left out while it started. */
  readonly cryptoTests?: boolean | undefined
}

/** The `kernelkit.*` words of the kernel command line; what varies per run goes over the agent's channel instead. */
export function guestWords(guest: GuestWords): readonly string[] {
  return [
    `kernelkit.root=${rootValue(guest.root)}`,
    ...(guest.mask ? ['kernelkit.mask=1'] : []),
    ...(guest.noSetuid === true ? ['kernelkit.nosuid=1'] : []),
    `kernelkit.init=${guest.init === 'agent' ? 'agent' : encodeValue(guest.init)}`,
    ...guest.mounts.map((mount) => `kernelkit.mount=${sourceOf(mount)},${encodeValue(mount.at)},${mount.mode}`),
    `kernelkit.hostname=${encodeValue(guest.hostname)}`,
    ...(guest.network === true ? ['kernelkit.network=1'] : []),
    ...(guest.cryptoTests === true ? ['kernelkit.crypto-tests=1'] : []),
  ]
}

function sourceOf({ transport, tag }: GuestMount): string {
  if (transport === undefined) return encodeValue(tag)
  return typeof transport === 'object' ? `disk:${encodeValue(tag)}:${transport.fsType}` : `${transport}:${encodeValue(tag)}`
}

function rootValue(root: GuestRoot): string {
  switch (root.kind) {
    case 'disk':
      return `disk:${encodeValue(root.device)}:${root.fsType}:${root.mode}`
    case '9p':
    case 'virtiofs':
      return `${root.kind}:${encodeValue(root.tag)}:${root.mode}`
    case 'initramfs':
      return 'initramfs'
  }
}

/** Percent-encoding of all bytes that end a word, a field or a quotation: the kernel splits at blanks and pairs double quotes. */
export function encodeValue(value: string): string {
  return [...new TextEncoder().encode(value)]
    .map((byte) => {
      const character = String.fromCharCode(byte)
      return byte < 0x7f && /[A-Za-z0-9/._~+@=-]/.test(character) ? character : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`
    })
    .join('')
}

/** Kernel options by the type of the file system that mount(2) takes. */
export const fileSystemOptions: Readonly<Record<string, string>> = {
  '9p': '9P_FS',
  virtiofs: 'VIRTIO_FS',
  overlay: 'OVERLAY_FS',
  tmpfs: 'TMPFS',
  ext4: 'EXT4_FS',
  xfs: 'XFS_FS',
  btrfs: 'BTRFS_FS',
  squashfs: 'SQUASHFS',
  erofs: 'EROFS_FS',
  f2fs: 'F2FS_FS',
}

/** Kernel options by the agent's other words for what a kernel lacks; `9p-virtio` is 9p's way to the host. */
const driverOptions: Readonly<Record<string, string>> = {
  '9p-virtio': 'NET_9P_VIRTIO',
  'virtio-console': 'VIRTIO_CONSOLE',
  'virtio-blk': 'VIRTIO_BLK',
  'virtio-pci': 'VIRTIO_PCI',
  'virtio-mmio': 'VIRTIO_MMIO',
  devtmpfs: 'DEVTMPFS',
  proc: 'PROC_FS',
  sysfs: 'SYSFS',
}

/** The kernel option that brings what the agent has found to be lacking. */
export function optionOfLacking(word: string): string {
  const known = { ...fileSystemOptions, ...driverOptions }
  return (Object.hasOwn(known, word) ? known[word] : undefined) ?? `${word.replaceAll('-', '_').toUpperCase()}_FS`
}
