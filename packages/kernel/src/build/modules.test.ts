import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toyTree } from '../../test/toy-tree.ts'
import { effectsOfPlan } from '../../test/recording-host.ts'

const sections = (path: string): string => execFileSync('readelf', ['-SW', path], { encoding: 'utf8' })

describe('build --modules', () => {
  it('keeps what is asked for as =m: stripped for guests, as compiled for decoders, with what depmod says', async () => {
    await using toy = await toyTree()
    const { manifest, directory, config } = await toy.build([toy.tree], { raw: { config: ['TOY=m', 'DEBUG_INFO=y', 'toy.config'] } })
    expect(readFileSync(config, 'utf8')).toContain('CONFIG_TOY=m')
    expect({ modules: manifest.modules, symbols: manifest.symbols }).toEqual({ modules: 'modules/lib/modules/0.1.0', symbols: 'symbols' })
    const modules = join(directory, 'modules/lib/modules/0.1.0')
    expect(readFileSync(join(modules, 'modules.dep'), 'utf8')).toBe('kernel/drivers/toy/toy.ko:\n')
    expect(sections(join(modules, 'kernel/drivers/toy/toy.ko'))).not.toContain('.debug_line')
    expect(sections(join(directory, 'symbols/kernel/drivers/toy/toy.ko'))).toContain('.debug_line')
    // It leads to the build directory of this machine.
    expect(existsSync(join(modules, 'build'))).toBe(false)
  })

  it('comes out in --out, and keeps no second copy without debug information', async () => {
    await using toy = await toyTree()
    const out = join(toy.directory, 'copy')
    const { manifest, config } = await toy.build([toy.tree], { raw: { modules: 'yes', out } })
    expect(manifest.symbols).toBeUndefined()
    expect(existsSync(join(dirname(config), manifest.modules ?? '', 'kernel/drivers/toy/toy.ko'))).toBe(true)
  })

  it('no builds everything in, also where a file says MODULES=y', async () => {
    await using toy = await toyTree()
    await toy.write('whole.config', 'CONFIG_MODULES=y\nCONFIG_TOY=m\n')
    const { config, manifest } = await toy.build([toy.tree], { raw: { modules: 'no', config: ['./whole.config'] } })
    expect(readFileSync(config, 'utf8')).toMatch(/# CONFIG_MODULES is not set[^]*CONFIG_TOY=y/)
    expect(manifest.modules).toBeUndefined()
  })

  it('auto keeps the modules of a whole configuration that is the base', async () => {
    await using toy = await toyTree()
    const base = join(toy.directory, 'debian.config')
    writeFileSync(base, 'CONFIG_MODULES=y\nCONFIG_TOY=m\nCONFIG_64BIT=y\n')
    const { config, manifest } = await toy.build([toy.tree], { raw: { base } })
    expect(readFileSync(config, 'utf8')).toContain('CONFIG_TOY=m')
    expect(manifest.modules).toBe('modules/lib/modules/0.1.0')
  })

  it('auto does as MODULES=n says, and yes and no refuse a word that says the opposite', async () => {
    await using toy = await toyTree()
    const { config } = await toy.build([toy.tree], { raw: { config: ['TOY=m', '-MODULES', 'toy.config'] } })
    expect(readFileSync(config, 'utf8')).toContain('CONFIG_TOY=y')
    for (const [modules, word] of [
      ['yes', '-MODULES'],
      ['no', 'MODULES=y'],
    ] as const)
      await expect(toy.build([toy.tree], { raw: { modules, config: [word, 'toy.config'] } })).rejects.toMatchObject({ code: 'BAD_OPTION' })
  })

  it('does what it prints', async () => {
    await using toy = await toyTree({ inGit: true })
    const raw = { config: ['TOY=m', 'DEBUG_INFO=y', 'toy.config'] }
    const planned = effectsOfPlan(await toy.list([toy.tree], { raw }))
    expect(planned.filter((step) => step.includes('modules_install'))).toHaveLength(1)
    expect(await toy.effects([toy.tree], { raw })).toEqual(planned)
  })
})
