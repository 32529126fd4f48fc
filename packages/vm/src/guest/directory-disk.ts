import { allocatedBytes, type Host, type Store } from '@kernelkit/host'
import { storedFile } from './joined-initrd.ts'

// A few kernels' modules: the general one of Debian has 400 MB.
const mostBytes = 4 * 2 ** 30

/** A disk with the content of a directory that does not change, made once; files belong to root in it. */
export async function directoryDisk(host: Host, store: Store, directory: string): Promise<string> {
  const { mtimeMs } = await host.fs.stat(directory)
  return storedFile({
    place: { directory: 'disks', ending: 'ext4', mostBytes },
    identity: ['ext4', directory, mtimeMs].join('\n'),
    host,
    store,
    write: async (to) => {
      const [bytes, names] = await Promise.all([allocatedBytes(host, directory), host.fs.readdir(directory, { recursive: true })])
      // Room for tables of blocks, and an inode for each file.
      const kibibytes = Math.ceil((bytes * 1.1) / 1024) + 16_384
      const argv = ['mke2fs', '-q', '-F', '-t', 'ext4', '-d', directory, '-m', '0', '-b', '4096', '-N', String(names.length + 64)]
      // Nothing is ever written: neither a journal nor checksums, which would need a module of their own.
      const features = ['-O', 'none,extent,filetype,sparse_super,large_file,huge_file,dir_nlink,extra_isize', '-E', 'root_owner=0:0']
      await host.run([...argv, ...features, to, `${kibibytes}k`], {
        env: { MKE2FS_CONFIG: '/dev/null' },
        endsWithParent: true,
        package: 'e2fsprogs',
      })
    },
  })
}
