import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseArch } from '@kernelkit/core/arch'
import { givenOptions } from '@kernelkit/core/options'
import { parseKernelSpec } from '@kernelkit/core/options/build'
import { renderScript } from '@kernelkit/core/plan'
import { ownTargets } from '@kernelkit/core/toolchain'
import { nodeHost, openStore } from '@kernelkit/host'
import { connectEngine, defaultSuite, listToolchainSteps, obtainToolchainImage } from '@kernelkit/toolchain'
import { openBuildTools } from '@kernelkit/toolchain/tools'
import { effectsOfPlan, recordingHost } from '../packages/kernel/test/recording-host.ts'
import { effectsOfBuild, toyTree } from '../packages/kernel/test/toy-tree.ts'
import { buildKernel, listSteps, planBuild } from '@kernelkit/kernel'

const host = nodeHost()

async function paste(script: string): Promise<void> {
  await using directory = await host.tempDir()
  const shell = spawn('sh', { stdio: ['pipe', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: directory.path } })
  let errors = ''
  shell.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()))
  shell.stdin.end(script)
  const [exitCode] = (await once(shell, 'close')) as [number | null]
  expect({ exitCode, errors: exitCode === 0 ? '' : errors.slice(-2000) }).toEqual({ exitCode: 0, errors: '' })
}

describe('toolchain build --dry-run', () => {
  it('makes the image when it is pasted into sh', async () => {
    const engine = await connectEngine(host)
    const spec = { compiler: 'gcc', suite: await defaultSuite(host), targets: ownTargets(host.nodeArch), kind: 'build' } as const
    const script = renderScript(await listToolchainSteps({ engine, host, spec, base: 'bootstrap' }))
    expect(script).toMatch(/^FROM /m)
    await paste(script)
    expect(await obtainToolchainImage({ engine, host, spec, base: 'bootstrap' })).toMatchObject({
      found: 'local',
      base: `bootstrap:${spec.suite}`,
    })
  })
})

describe('build --toolchain docker --dry-run', () => {
  it('shows the container and the commands in it, which are the executed ones, and a paste of them builds the same kernel', async () => {
    await using toy = await toyTree({ inGit: true })
    const here = nodeHost({ cwd: toy.tree })
    const store = await openStore(here, join(toy.directory, 'store'))
    const spec = parseKernelSpec(givenOptions({ config: ['toy.config'], out: join(toy.directory, 'out') }), [toy.tree], {
      arch: parseArch('x86_64'),
    })
    const { signal } = new AbortController()
    await using tools = await openBuildTools({ host: here, toolchain: 'docker', signal }, store, spec)
    const plan = await listSteps({ host: tools.host, store }, await planBuild({ host: tools.host, store }, spec))
    const script = renderScript(tools.place(plan))
    expect(script).toMatch(/^docker run /m)
    await tools.container?.[Symbol.asyncDispose]()

    await using again = await openBuildTools({ host: here, toolchain: 'docker', signal }, store, spec)
    const recorded: string[] = []
    const recording = recordingHost(again.host, (effect) => recorded.push(effect))
    expect(await effectsOfBuild({ host: recording, store }, { spec, recorded, tree: toy.tree })).toEqual(effectsOfPlan(plan))
    const { vmlinux, manifest } = await buildKernel({ host: again.host, store }, spec)
    const built = await readFile(vmlinux)
    // The paste makes every object itself.
    await rm(manifest.buildDirectory, { recursive: true })
    await rm(vmlinux)
    await paste(script)
    expect(built.equals(await readFile(vmlinux))).toBe(true)
  })
})
