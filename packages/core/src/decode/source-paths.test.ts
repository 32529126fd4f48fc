import { describe, expect, it } from 'vitest'
import { buildTree, repositoryPath } from './source-paths.ts'

const main = { file: 'init/main.c' }

describe('buildTree', () => {
  it.each([
    ['/home/a/linux/init/main.c', '/home/a/linux'],
    ['/home/a/linux/./init/main.c', '/home/a/linux'],
    ['./init/main.c', undefined],
    ['debian/build/build_amd64_none_cloud-amd64/init/main.c', 'debian/build/build_amd64_none_cloud-amd64'],
    ['/home/a/other.c', undefined],
  ])('%s -> %s', (source, tree) => {
    expect(buildTree(main, source)).toBe(tree)
  })
})

describe('repositoryPath', () => {
  const paths = {
    trees: ['/build/linux', '/home/a/linux', 'debian/build/build_amd64'],
    maps: [
      { from: '/build', to: 'all' },
      { from: '/build/linux/drivers/ours/', to: 'src' },
      { from: '/cut', to: '' },
    ],
  }
  it.each([
    ['drivers/a.c', 'drivers/a.c'],
    // Headers that a module of others is built with.
    ['/usr/src/linux-headers-6.1.0-57-common/include/linux/list.h', 'include/linux/list.h'],
    ['/usr/src/kernels/6.9.4-200.fc40.x86_64/arch/x86/include/asm/atomic.h', 'arch/x86/include/asm/atomic.h'],
    ['/lib/modules/6.1.0/build/./include/linux/list.h', 'include/linux/list.h'],
    ['/usr/src/frob-1.0/frob.c', '/usr/src/frob-1.0/frob.c'],
    ['./include/linux/../net/a.h', 'include/net/a.h'],
    // A build directory inside the tree.
    ['../fs/a.c', 'fs/a.c'],
    ['/home/a/linux/fs/a.c', 'fs/a.c'],
    ['/home/a/linux-next/fs/a.c', '/home/a/linux-next/fs/a.c'],
    ['/build/linux/drivers/ours/a.c', 'src/a.c'],
    ['/build/linux/fs/a.c', 'all/linux/fs/a.c'],
    ['/cut/fs/a.c', 'fs/a.c'],
    ['debian/build/build_amd64/fs/a.c', 'fs/a.c'],
    ['/usr/include/a.h', '/usr/include/a.h'],
  ])('%s -> %s', (path, mapped) => {
    expect(repositoryPath(path, paths)).toBe(mapped)
  })
})
