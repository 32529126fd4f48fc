import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { toyTree } from '../../test/toy-tree.ts'

describe('compile_commands.json', () => {
  it("has each file of the user's tree with its command, and is refused before a build", async () => {
    await using toy = await toyTree()
    await expect(toy.compileCommands()).rejects.toMatchObject({ code: 'KERNEL_NOT_FOUND' })
    const { manifest } = await toy.build()
    const commands = await toy.compileCommands()
    expect(commands.map(({ file }) => file)).toEqual([join(toy.tree, 'init/main.c'), join(toy.tree, 'init/other.c')])
    expect(commands[0]).toMatchObject({ directory: manifest.buildDirectory })
    expect(commands[0]?.command).toMatch(new RegExp(`^\\S+ -I${toy.tree}/include -nostdinc -c -o init/main\\.o ${toy.tree}/init/main\\.c$`))
  })

  it("names the user's files also where a private view of the tree was compiled", async () => {
    await using toy = await toyTree({ inGit: true })
    await toy.write('.config', 'CONFIG_OLD=y\n')
    const { manifest } = await toy.build()
    expect(manifest.source.tree).not.toBe(toy.tree)
    const commands = await toy.compileCommands()
    expect(commands.map(({ file }) => file)).toEqual([join(toy.tree, 'init/main.c'), join(toy.tree, 'init/other.c')])
    expect(commands.every(({ file }) => existsSync(file))).toBe(true)
    expect(commands.map(({ command }) => command).join()).not.toContain(manifest.source.tree)
  })
})
