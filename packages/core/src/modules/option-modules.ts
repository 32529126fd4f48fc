/** Names of the modules that kernel options make when they are `m`, for those that the start of a guest may need. */
export const optionModules: Readonly<Record<string, string>> = {
  // drivers/virtio, drivers/block, drivers/net, drivers/char: their Makefiles
  VIRTIO_PCI: 'virtio_pci',
  VIRTIO_MMIO: 'virtio_mmio',
  VIRTIO_BLK: 'virtio_blk',
  VIRTIO_NET: 'virtio_net',
  VIRTIO_CONSOLE: 'virtio_console',
  HW_RANDOM_VIRTIO: 'virtio_rng',
  // net/9p, fs
  NET_9P_VIRTIO: '9pnet_virtio',
  '9P_FS': '9p',
  FUSE_FS: 'fuse',
  VIRTIO_FS: 'virtiofs',
  OVERLAY_FS: 'overlay',
  EXT4_FS: 'ext4',
  XFS_FS: 'xfs',
  BTRFS_FS: 'btrfs',
  SQUASHFS: 'squashfs',
  EROFS_FS: 'erofs',
  F2FS_FS: 'f2fs',
  // drivers/watchdog
  I6300ESB_WDT: 'i6300esb',
  KUNIT: 'kunit',
}
