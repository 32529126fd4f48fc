import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { collectRpms, findRpm, readRepomd, readRpmList } from './rpm-repository.ts'

// Made by createrepo_c of packages of two kernels in Fedora's layout, of which the older lacks kernel-modules-core.
const fixture = (name: string): string => readFileSync(new URL(`../../test/repodata/${name}`, import.meta.url), 'utf8')
const primary = fixture('primary.xml')
const list = readRpmList(primary, 'x86_64')

describe('a repository of rpm packages', () => {
  it('says in repomd.xml where its list is, and what sha256 it has', () => {
    const sha256 = '96f8d58be4951728abbdbe573effa1ffcbe4534df44803ca3df9fe96aef07332'
    expect(readRepomd(fixture('repomd.xml'))).toEqual({ path: `repodata/${sha256}-primary.xml.gz`, sha256 })
  })

  it.each([
    ['<html>not found</html>', 'it names no list of packages'],
    ['', 'it names no list of packages'],
    ['<repomd><data type="primary"><location href="x"/></data></repomd>', 'it has no sha256'],
    ['<repomd><data type="primary"><checksum type="md5">12</checksum><location href="x"/></data></repomd>', 'it has no sha256'],
    [fixture('repomd.xml').replace('href="repodata/96', 'href="../../96'), 'outside of the repository'],
  ])('is refused for a repomd.xml such as %.40s', (text, reason) => {
    expect(readRepomd(text)).toEqual({ reason: expect.stringContaining(reason) as string })
  })

  it('lists the packages of kernels for an architecture, without those for developers and others', () => {
    expect(list.map(({ name, version }) => `${name} ${version}`).toSorted()).toEqual([
      'kernel 6.11.4-301.fc41',
      'kernel 6.9.12-200.fc41',
      'kernel-core 6.11.4-301.fc41',
      'kernel-core 6.9.12-200.fc41',
      'kernel-modules 6.11.4-301.fc41',
      'kernel-modules 6.9.12-200.fc41',
      'kernel-modules-core 6.11.4-301.fc41',
    ])
    expect(readRpmList(primary, 'i686')).toEqual([])
    expect(list.every(({ sha256 }) => /^[0-9a-f]{64}$/.test(sha256))).toBe(true)
  })

  it('gives the newest package of a name, or the version that is asked for', () => {
    expect(findRpm(list, 'kernel', undefined)?.version).toBe('6.11.4-301.fc41')
    expect(findRpm(list, 'kernel', '6.9.12-200.fc41')?.path).toBe('kernel-6.9.12-200.fc41.x86_64.rpm')
    expect(findRpm(list, 'kernel', '6.9.12-201.fc41')).toBeUndefined()
  })

  it('gives a kernel with the parts of the same version that it requires, or names the one that is missing', () => {
    const collect = (name: string, version?: string) => {
      const first = findRpm(list, name, version)
      if (first === undefined) throw new Error(name)
      const found = collectRpms(list, first)
      return found.kind === 'complete' ? found.packages.map((one) => `${one.name} ${one.version}`) : found.missing
    }
    expect(collect('kernel')).toEqual([
      'kernel 6.11.4-301.fc41',
      'kernel-core 6.11.4-301.fc41',
      'kernel-modules 6.11.4-301.fc41',
      'kernel-modules-core 6.11.4-301.fc41',
    ])
    expect(collect('kernel', '6.9.12-200.fc41')).toBe('kernel-modules-core-uname-r = 6.9.12-200.fc41.x86_64')
  })

  it('leaves out a package whose address leads out of the repository, and reads no entity', () => {
    const outside = primary.replaceAll('href="kernel-core-', 'href="/../kernel-core-')
    expect(readRpmList(outside, 'x86_64').filter(({ name }) => name === 'kernel-core')).toEqual([])
    const entity = primary.replaceAll('<arch>x86_64</arch>', '<arch>&arch;</arch>')
    expect(readRpmList(`<!DOCTYPE x [<!ENTITY arch "x86_64">]>${entity}`, 'x86_64')).toEqual([])
  })
})
