import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startCacheService } from '@kernelkit/testing'
import { toyTree } from '../packages/kernel/test/toy-tree.ts'
import { newMachine, requireConclusion, stageOf, useAction } from './lib/actions.ts'
import { ourContainers } from './lib/engine.ts'
import { testStore } from './setup/test-store.ts'

it('builds and bakes in containers where a workflow says toolchain: docker', async () => {
  await using cache = await startCacheService()
  await using machine = await newMachine({ cache })
  await using toy = await toyTree()
  await toy.write('init/other.c', 'int other(void)\n{\n}\n')
  const done = await machine.run(
    [
      { run: `cp -r ${toy.tree} linux && git -C linux init -q && git -C linux add -A` },
      useAction('build-kernel', { source: 'linux', config: 'toy.config', toolchain: 'docker' }),
      // Its packages are there after the first run.
      useAction('bake-image', { suite: 'bookworm', toolchain: 'docker', cache: 'false', 'cache-dir': testStore() }),
    ],
    { env: { DOCKER_HOST: process.env['DOCKER_HOST'] ?? '' } },
  )
  requireConclusion(done, 'success')
  const build = done.step('build-kernel')
  const asked = /^tools: Docker .* as --toolchain docker asks$/m
  expect(build.main?.log).toMatch(asked)
  expect(build.outputs).toMatchObject({ release: '0.1.0+', 'cache-hit': 'false', saved: 'true' })
  expect(await readdir(join(build.outputs['build-dir'] ?? ''))).toContain('vmlinux')
  // Paths of the container are those of the checkout.
  expect(build.main?.annotations).toEqual([
    { level: 'warning', message: expect.stringContaining('[-Wreturn-type]') as string, file: 'linux/init/other.c', line: '3' },
  ])
  // The container's ccache shows what it did; the post step has none to ask.
  expect(build.main?.log).toMatch(/^Cacheable calls: +2 /m)
  expect(cache.entries.map(({ key }) => key)).toContainEqual(expect.stringMatching(/^kernelkit-1-ccache-x86_64-gcc-/))
  const bake = stageOf(done, 'bake-image').log
  expect(bake).toMatch(asked)
  expect(bake).toContain('rights: root of the container')
  expect(await ourContainers()).toEqual([])
})
