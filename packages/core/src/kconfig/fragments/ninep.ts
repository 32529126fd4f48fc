import type { Fragment } from './fragment.ts'

/** More of 9p than every guest has. */
export const ninep: Fragment = {
  name: '9p',
  summary: 'directories of the host over 9p, with access control lists',
  options: [
    { symbol: 'NET_9P', why: 'the 9p protocol' },
    { symbol: 'NET_9P_VIRTIO', why: '9p over virtio' },
    { symbol: '9P_FS', why: 'the file system' },
    { symbol: '9P_FS_POSIX_ACL', why: 'access control lists of shared directories' },
  ],
}
