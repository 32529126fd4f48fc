import { expect, test } from 'vitest'
import { parseArch } from '@kernelkit/core/arch'
import { toolchainPackages, type ToolchainSpec } from '@kernelkit/core/toolchain'
import { bakeRequirements, bootRequirements, buildRequirements, gitRequirement, packagesOf, sshRequirements } from '@kernelkit/host'

const names = (spec: ToolchainSpec, nodeArch: string) => toolchainPackages(spec, nodeArch).map(({ name }) => name)

test.for(['x64', 'arm64'])('a toolchain image on %s holds all that build and bake ask of a host', (nodeArch) => {
  const targets = ['x86_64', 'i386'] as const
  const asked = targets.flatMap((target) => bakeRequirements({ uid: 0, nodeArch }, parseArch(target)))
  const held = names({ kind: 'build', suite: 'bookworm', compiler: 'clang', targets }, nodeArch)
  expect(packagesOf([...buildRequirements, gitRequirement, ...asked]).filter((name) => !held.includes(name))).toEqual([])
})

test('the image of the whole tool holds what boot and ssh ask of a host as well', () => {
  const held = names({ kind: 'whole', suite: 'bookworm', compiler: 'gcc', targets: ['x86_64', 'i386'] }, 'x64')
  const asked = [...bootRequirements(parseArch('x86_64')), ...bootRequirements(parseArch('i386')), ...sshRequirements]
  expect(packagesOf(asked).filter((name) => !held.includes(name))).toEqual([])
})
