import { execFileSync } from 'node:child_process'
import { readFile, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { renderScript } from '@kernelkit/core/plan'
import { effectsOfPlan } from '../test/recording-host.ts'
import { toyTree, type Toy } from '../test/toy-tree.ts'

type Raw = Readonly<Record<string, unknown>>

async function expectSame(toy: Toy, raw: Raw, words: readonly string[] = [toy.tree]): Promise<readonly string[]> {
  const planned = effectsOfPlan(await toy.list(words, { raw }))
  expect(await toy.effects(words, { raw })).toEqual(planned)
  return planned
}

describe('the printed steps are the executed ones', () => {
  it('with --base defconfig', async () => {
    await using toy = await toyTree({ inGit: true })
    const steps = await expectSame(toy, { base: 'defconfig' })
    expect(steps.filter((step) => / defconfig$/m.test(step))).toHaveLength(1)
    expect(steps.filter((step) => / olddefconfig$/m.test(step))).toHaveLength(2)
  })

  it('with --base allnoconfig, asked again with the dependencies that the options lacked', async () => {
    await using toy = await toyTree({ inGit: true })
    const steps = await expectSame(toy, {})
    expect(steps.filter((step) => / allnoconfig$/m.test(step))).toHaveLength(2)
    expect(steps.filter((step) => step.includes('CONFIG_MENU=y'))).toHaveLength(1)
  })

  it('with --base tinyconfig, its fragments among them', async () => {
    await using toy = await toyTree({ inGit: true })
    await toy.write('kernel/configs/tiny.config', 'CONFIG_MENU=y\n')
    const steps = await expectSame(toy, { base: 'tinyconfig' })
    expect(steps.join('\n')).toContain(`${toy.tree}/kernel/configs/tiny.config`)
  })

  it('with a FILE as the base', async () => {
    await using toy = await toyTree({ inGit: true })
    const base = join(toy.directory, 'base.config')
    await writeFile(base, 'CONFIG_MENU=y\n')
    const steps = await expectSame(toy, { base })
    expect(steps.join('\n')).toContain(`copy ${base} `)
  })

  it('with O=', async () => {
    await using toy = await toyTree({ inGit: true })
    const build = join(toy.directory, 'own-build')
    const steps = await expectSame(toy, {}, [toy.tree, `O=${build}`])
    expect(steps.join('\n')).toContain(`${build}/.config`)
  })

  it('with --in-tree', async () => {
    await using toy = await toyTree({ inGit: true })
    await toy.write('.config', 'CONFIG_OLD=y\n')
    const steps = await expectSame(toy, { inTree: true })
    expect(steps).toContain(`replace ${toy.tree}/.config`)
  })

  it('with a tree that was built in place, which gets a private view', async () => {
    await using toy = await toyTree({ inGit: true })
    await toy.write('.config', 'CONFIG_OLD=y\n')
    const steps = await expectSame(toy, {})
    expect(steps[0]).toMatch(/^mirror /)
  })

  it('with a directory that takes a copy, and after a build that was killed', async () => {
    await using toy = await toyTree({ inGit: true })
    await toy.build()
    await toy.write('init/other.c', 'int other(void) { return 5; }\n')
    const { steps } = await toy.list([toy.tree], { raw: {} })
    const marker = steps.find((step) => step.kind === 'write' && step.path.endsWith('/compiling'))
    await writeFile(marker?.kind === 'write' ? marker.path : '', '')
    const again = await expectSame(toy, { config: ['toy.config', 'FEATURE=n'], out: join(toy.directory, 'out') })
    expect(again.join('\n')).toMatch(/-newermt[^]*copy-tree/)
  })

  it('with a tarball and with a repository that are not here yet', async () => {
    await using toy = await toyTree({ inGit: true })
    const tarball = join(toy.directory, 'toy.tar.gz')
    toy.git('archive', '--prefix=linux-0.1/', '-o', tarball, 'HEAD')
    const raw = { config: ['MENU=y', 'FEATURE=y'] }
    for (const source of [tarball, `git+file://${toy.tree}#main`]) {
      const planned = effectsOfPlan(await toy.list([source], { raw }))
      expect(planned.filter((step) => step.startsWith('pending '))).toHaveLength(1)
      expect(await toy.effects([source], { raw })).toEqual(planned.filter((step) => !step.startsWith('pending ')))
    }
  })
})

describe('the printed script', () => {
  it.each(['allnoconfig', 'tinyconfig', 'defconfig'])('builds the same kernel when it is pasted into sh, with %s', async (base) => {
    await using toy = await toyTree({ inGit: true })
    const out = join(toy.directory, 'out')
    const script = renderScript(await toy.list([toy.tree], { raw: { base, out } }))
    expect(script).toMatch(/^tree=/m)
    execFileSync('sh', { input: script, stdio: ['pipe', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: toy.directory } })
    const pasted = await readFile(join(out, 'vmlinux'))
    const config = await readFile(join(out, '.config'), 'utf8')
    const build = await toy.build([toy.tree], { raw: { base } })
    expect(await readFile(build.config, 'utf8')).toBe(config)
    expect(pasted.equals(await readFile(build.vmlinux))).toBe(true)
  })

  it('makes the private view of a tree that was built in place, in a repository and outside', async () => {
    for (const inGit of [true, false]) {
      await using toy = await toyTree({ inGit })
      await toy.write('.config', 'CONFIG_OLD=y\n')
      await toy.write('include/config/kernel.release', 'old\n')
      const out = join(toy.directory, 'out')
      const script = renderScript(await toy.list([toy.tree], { raw: { out } }))
      execFileSync('sh', { input: script, stdio: ['pipe', 'ignore', 'pipe'], env: { ...process.env, TMPDIR: toy.directory } })
      // What it made for a moment is gone; the artifacts are its result.
      const left = (await readdir(toy.directory)).filter((name) => !['linux', 'out', 'store'].includes(name))
      expect(left).toEqual([expect.stringMatching(/^kernelkit-[0-9a-f]{12}-/)])
      const pasted = await readFile(join(out, 'vmlinux'))
      expect(pasted.equals(await readFile((await toy.build()).vmlinux))).toBe(true)
    }
  })

  it('stops where the rest depends on a source that is not here yet', async () => {
    await using toy = await toyTree({ inGit: true })
    const { steps } = await toy.list([`git+file://${toy.tree}#main`], { raw: { config: ['FEATURE=y'] } })
    expect(steps.map(({ kind }) => kind)).toContain('pending')
  })
})
