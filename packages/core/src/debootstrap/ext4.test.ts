import { execFileSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { fixedTimesArgv, mkfsArgv, uuidFromKey } from './ext4.ts'

describe('mkfsArgv', () => {
  test('pins every feature and fills the image from a directory', () => {
    // prettier-ignore
    expect(mkfsArgv({ image: '/w/root.ext4', tree: '/w/tree', uuid: 'u' })).toEqual([
      'mkfs.ext4', '-q', '-F', '-t', 'ext4', '-b', '4096', '-I', '256', '-i', '16384', '-m', '0', '-e', 'remount-ro',
      '-O', 'none,ext_attr,dir_index,filetype,extent,flex_bg,sparse_super,large_file,huge_file,dir_nlink,extra_isize,metadata_csum,64bit',
      '-U', 'u',
      '-E', 'hash_seed=u,lazy_itable_init=0,nodiscard,root_owner=0:0',
      '-d', '/w/tree',
      '/w/root.ext4',
    ])
  })
})

describe('uuidFromKey', () => {
  test('is a valid UUID made of the key', () => {
    expect(uuidFromKey('33897729d1590054403fafc04eaa197f')).toBe('33897729-d159-8054-a03f-afc04eaa197f')
  })
})

describe('fixedTimesArgv', () => {
  const header = (count: number) => `Inode count:              ${count}\nFirst inode:              11\n\n`
  const commandsFor = (dumpe2fs: string, epoch = 7): string => {
    const [program = '', ...args] = fixedTimesArgv(epoch)
    return execFileSync(program, args, { encoding: 'utf8', input: dumpe2fs })
  }
  const inodesOf = (dumpe2fs: string): readonly number[] =>
    [...commandsFor(dumpe2fs).matchAll(/^sif <(\d+)> ctime/gm)].map(([, inode]) => Number(inode))

  test('lists the root and whatever no group calls free', () => {
    const text = `${header(32)}Group 0: (Blocks 0-32767)\n  Free blocks: 12-14\n  Free inodes: 14-16\nGroup 1: (Blocks 32768-65535)\n  Free inodes: 18, 20-32\n`
    expect(inodesOf(text)).toEqual([2, 11, 12, 13, 17, 19])
  })

  test('understands a full group', () => {
    expect(inodesOf(`${header(13)}Group 0:\n  Free inodes: \n`)).toEqual([2, 11, 12, 13])
  })

  test('fails when the output is something else', () => {
    expect(() => commandsFor('dumpe2fs: Bad magic number')).toThrow(/Command failed/)
  })

  test('gives commands that set both times', () => {
    expect(commandsFor(`${header(10)}Group 0:\n  Free inodes: \n`)).toBe('sif <2> ctime @7\nsif <2> atime @7\n')
  })
})
