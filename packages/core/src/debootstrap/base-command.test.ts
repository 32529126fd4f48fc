import { expect, test } from 'vitest'
import { baseCommand } from './base-command.ts'
import { leftOutPaths } from './left-out-paths.ts'

const common = {
  suite: 'trixie',
  debianArch: 'amd64',
  components: ['main'],
  mirror: 'http://mirror.example/debian',
  keyring: '/usr/share/keyrings/k.gpg',
  aptOptions: ['Acquire::Check-Valid-Until "false"'],
  scratch: '/w/scratch',
  output: '/w/base.tar',
} as const

test('mmdebstrap packs essential packages and apt, and keeps no proxy', () => {
  expect(baseCommand({ ...common, tools: { tool: 'mmdebstrap', privilege: 'user-namespace' } })).toEqual([
    'env',
    'TMPDIR=/w/scratch',
    'LC_ALL=C.UTF-8',
    'mmdebstrap',
    '--mode=unshare',
    '--variant=apt',
    '--format=tar',
    '--architectures=amd64',
    '--components=main',
    '--keyring=/usr/share/keyrings/k.gpg',
    '--dpkgopt=force-unsafe-io',
    ...leftOutPaths.map(([verb, path]) => `--dpkgopt=${verb}=${path}`),
    '--aptopt=Acquire::Check-Valid-Until "false"',
    '--customize-hook=rm -f "$1/etc/apt/preferences.d/99kernelkit-bootstrap"; if [ -f "$1/etc/apt/apt.conf.d/99mmdebstrap" ]; then sed -i /::Proxy/d "$1/etc/apt/apt.conf.d/99mmdebstrap"; fi',
    'trixie',
    '/w/base.tar',
    'http://mirror.example/debian',
  ])
})

test('debootstrap under sudo fills a directory, packs it and removes it', () => {
  const argv = baseCommand({ ...common, mirror: undefined, keyring: undefined, tools: { tool: 'debootstrap', privilege: 'sudo' } })
  expect(argv.slice(0, 7)).toEqual(['sudo', '-n', 'env', 'TMPDIR=/w/scratch', 'LC_ALL=C.UTF-8', 'sh', '-c'])
  expect(argv.at(-1)).toMatch(
    /^set -e; debootstrap --variant=minbase --arch=amd64 --components=main trixie \/w\/scratch\/base; tar -C \/w\/scratch\/base .* -cf \/w\/base\.tar \.; rm -rf --one-file-system \/w\/scratch\/base$/,
  )
})
