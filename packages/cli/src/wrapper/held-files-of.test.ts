import { statSync } from 'node:fs'
import { nodeHost } from '@kernelkit/host'
import { describe, expect, it } from 'vitest'
import { heldFilesOf } from './held-files-of.ts'

const held = (kind: string, mounts: readonly { readonly at: string }[] = []) =>
  heldFilesOf(nodeHost(), { arch: 'x86_64', facts: { visible: { root: { kind }, shares: { mounts } } } })

describe('heldFilesOf', () => {
  it('distinguishes files of this machine from those that take their place', async () => {
    const { ino, size } = statSync('/bin/sh')
    expect(await held('host')).toContainEqual({ path: '/bin/sh', identity: expect.stringMatching(`^${ino}:${size}:\\d+`) as string })
  })

  it('leaves out what a share of another directory hides', async () => {
    const paths = (await held('host', [{ at: '/bin' }])).map(({ path }) => path)
    expect(paths).not.toContain('/bin/sh')
    expect(paths).toContain('/usr/bin/env')
  })

  it('takes the files of an image as they are, and none of a directory, whose links it cannot follow', async () => {
    expect(await held('image')).toContainEqual({ path: '/lib64/ld-linux-x86-64.so.2', identity: 'own' })
    expect(await held('directory')).toEqual([])
  })
})
