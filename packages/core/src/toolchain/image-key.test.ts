import { expect, test } from 'vitest'
import { renderKeyMaterial } from '../cachekey/index.ts'
import { toolchainKeyMaterial, type ToolchainKeyOptions } from './image-key.ts'
import { madeLabels, readLabels, specLabels } from './labels.ts'
import type { ToolchainSpec } from './toolchain.ts'

const spec: ToolchainSpec = { kind: 'build', suite: 'bookworm', compiler: 'gcc', targets: ['x86_64'] }
const key = (changes: Partial<ToolchainSpec> = {}, rest: Partial<ToolchainKeyOptions> = {}) =>
  renderKeyMaterial(toolchainKeyMaterial({ spec: { ...spec, ...changes }, nodeArch: 'x64', ...rest }))

test('every part of a toolchain changes its key, and its base does not', () => {
  const keys = [
    key(),
    key({ suite: 'trixie' }),
    key({ compiler: 'gcc-12' }),
    key({ targets: ['x86_64', 'i386'] }),
    key({ kind: 'whole' }),
    key({}, { nodeArch: 'arm64' }),
    key({}, { files: 'abc' }),
  ]
  expect(new Set(keys).size).toBe(keys.length)
  expect(key()).toBe(key())
})

test('a comment of the recipe changes nothing, a command does', () => {
  expect(key()).not.toContain('#')
  expect(key()).toContain('apt-get install')
})

test('labels give the spec back, and the base by name and digest', () => {
  const digest = `sha256:${'ab'.repeat(32)}`
  const labels = { ...specLabels(spec, ['gcc', 'make']), ...madeLabels({ key: '0123', base: `debian@${digest}` }) }
  expect(labels).toMatchObject({
    kernelkit: 'toolchain',
    'org.opencontainers.image.base.name': 'debian',
    'org.opencontainers.image.base.digest': digest,
  })
  expect(readLabels(labels, ['x86_64', 'i386'])).toEqual({ key: '0123', base: `debian@${digest}`, spec, packages: ['gcc', 'make'] })
  expect(madeLabels({ key: '0', base: 'bootstrap:bookworm' })).toEqual({ 'kernelkit.key': '0', 'kernelkit.base': 'bootstrap:bookworm' })
})

test.for([{}, { kernelkit: 'base' }, { kernelkit: 'build', 'kernelkit.key': 'x' }, { kernelkit: 'toolchain', 'kernelkit.kind': 'build' }])(
  'labels %j are not those of a toolchain of ours',
  (labels) => {
    expect(readLabels(labels, ['x86_64'])).toBeUndefined()
  },
)
