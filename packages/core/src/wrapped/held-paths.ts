import { archRows, type ArchName } from '../arch/index.ts'

// What compiled tests and shells map; libpthread and libdl are in libc since glibc 2.34.
const libraries = ['libc.so.6', 'libm.so.6', 'libgcc_s.so.1', 'libstdc++.so.6', 'libpthread.so.0', 'libdl.so.2', 'libtinfo.so.6'] as const
const others = ['/etc/ld.so.cache', '/bin/sh', '/bin/bash', '/usr/bin/env'] as const

/** Files that nearly every program of a root file system maps, where the distributions have them; most roots have about half of them. */
export function heldPaths(arch: ArchName): readonly string[] {
  const { loader, libraryDirectories } = archRows[arch]
  return [loader, ...libraryDirectories.flatMap((directory) => libraries.map((name) => `${directory}/${name}`)), ...others]
}
