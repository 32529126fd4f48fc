import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { createOwnerLookup } from './owners.ts'

const host = nodeHost()
let tree: string

beforeAll(() => {
  tree = mkdtempSync(join(tmpdir(), 'owners-'))
  mkdirSync(join(tree, 'drivers'))
  writeFileSync(join(tree, 'drivers/x.c'), 'int x = frob_register();\n')
  writeFileSync(
    join(tree, 'MAINTAINERS'),
    'FROB\nM:\tAnn <ann@frob.org>\nF:\tdrivers/frob/\nK:\tfrob_register\n\nTHE REST\nM:\tDora <dora@rest.org>\nF:\t*\nF:\t*/\n',
  )
})

afterAll(() => rmSync(tree, { recursive: true }))

describe('createOwnerLookup', () => {
  it('knows who looks after a file by its path and by its text', async () => {
    const owners = createOwnerLookup(host, tree)
    expect(await owners.of('drivers/frob/a.c')).toMatchObject({ subsystem: 'FROB', maintainers: ['Ann <ann@frob.org>'] })
    expect(await owners.of('drivers/x.c')).toMatchObject({ subsystem: 'FROB' })
    expect(await owners.of('init/main.c')).toMatchObject({ subsystem: 'THE REST' })
  })

  it('answers nothing for a path outside of the tree, without a tree, and without MAINTAINERS', async () => {
    const owners = createOwnerLookup(host, tree)
    expect(await owners.of('../drivers/x.c')).toBeUndefined()
    expect(await owners.of('/etc/passwd')).toBeUndefined()
    expect(await owners.of(undefined)).toBeUndefined()
    expect(await createOwnerLookup(host, undefined).of('drivers/x.c')).toBeUndefined()
    expect(await createOwnerLookup(host, join(tree, 'drivers')).of('x.c')).toBeUndefined()
  })
})
