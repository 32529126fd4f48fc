import { describe, expect, it } from 'vitest'
import { blockNames, camelCase, fileRows } from '../options/index.ts'
import { locatePaths } from './locate-paths.ts'
import { parseProjectFile } from './parse-project-file.ts'
import { reachingValues } from './reach.ts'

const locator = { at: (path: string) => (path.startsWith('/') ? path : `/p/${path}`), hasConfig: () => true }

function reachOf(text: string): readonly string[] {
  const { blocks } = parseProjectFile(text, 'kernelkit.yaml')
  return blockNames.flatMap((block) =>
    reachingValues(block, locatePaths(block, blocks[block] ?? {}, locator)).map(
      ({ place, target, program }) => `${place.key}${target === undefined ? '' : ` ${target.how} ${target.path}`}${program ?? ''}`,
    ),
  )
}

describe('what a key of kernelkit.yaml reaches', () => {
  it('every key has a class', () => {
    expect(blockNames.flatMap(fileRows).filter(({ reach }) => reach === undefined)).toEqual([])
  })

  it('every key that names a path of this machine is one that reads or writes', () => {
    const without = blockNames.flatMap(fileRows).filter(({ path, reach }) => path !== undefined && reach === 'inside')
    expect(without.map(({ name }) => name)).toEqual([])
  })

  it.each([
    ['vm: { qemu: ./evil.sh }', ['vm.qemu/p/./evil.sh']],
    ['vm: { qemu: evil }', ['vm.qemu']],
    ['vm: { qemu-arg: [-monitor, stdio] }', ['vm.qemu-arg[0]', 'vm.qemu-arg[1]']],
    ['vm: { env: [HOME, A=b] }', ['vm.env[0]']],
    [
      'vm: { forward: ["0.0.0.0:1:2", "127.0.0.1:1:2", "8080:80", "localhost:1:2", "10.1.2.3:0:22/udp"] }',
      ['vm.forward[0]', 'vm.forward[4]'],
    ],
    ['vm: { publish: "0.0.0.0:1:2" }', ['vm.publish']],
    ['vm: { net: user }', []],
    ['vm: { net: "user,host-loopback" }', ['vm.net']],
    ['vm: { gdb: true }', []],
    ['vm: { gdb: 1234 }', ['vm.gdb']],
    ['vm: { persist: false }', []],
    ['vm: { persist: true, disk: "d.img:ro" }', ['vm.disk reads /p/d.img', 'vm.persist']],
    [
      'vm: { share: [".:/x", "/root:/r:rw", "sub:rw"] }',
      ['vm.share[0] reads /p/.', 'vm.share[1] writes /root', 'vm.share[2] writes /p/sub'],
    ],
    ['vm: { junit: a.xml, evidence: /e }', ['vm.evidence writes /e', 'vm.junit writes /p/a.xml']],
    ['vm: { root: host }', []],
    ['vm: { root: /etc, kernel: ../linux, memory: 2G, cpus: 1, append: quiet }', ['vm.kernel reads /p/../linux', 'vm.root reads /etc']],
    [
      'image: { customize: [c.sh], mirror: "http://x/", out: /o, include: vim }',
      ['image.mirror', 'image.customize[0]/p/c.sh', 'image.out writes /o'],
    ],
    [
      'kernel: { compiler: gcc-12, config: [debian, X=y, ../x/y, /a/b.config?], base: allnoconfig }',
      ['kernel.config[2] reads /p/../x/y', 'kernel.config[3] reads /a/b.config', 'kernel.compiler'],
    ],
    [`vm: { kernel: "oci:registry.example.org/k@sha256:${'0'.repeat(64)}" }`, ['vm.kernel']],
    ['kernel: { source: "git+https://example.org/linux.git" }', []],
    ['kernel: { source: "git+file:///srv/linux.git" }', ['kernel.source reads /srv/linux.git']],
    ['kernel: { source: ../linux.tar.xz }', ['kernel.source reads /p/../linux.tar.xz']],
  ])('%s', (text, expected) => {
    expect(reachOf(text)).toEqual(expected)
  })

  it('what the command line gives is the caller’s own', () => {
    expect(reachingValues('vm', { [camelCase('qemu')]: [{ value: '/x/qemu' }] })).toEqual([])
  })
})
