import { describe, expect, it } from 'vitest'
import { chooseBakeTools, chooseContainerTools } from '@kernelkit/core/debootstrap'
import { givenOptions } from '@kernelkit/core/options'
import { parseImageSpec } from '@kernelkit/core/options/build'
import { nodeHost } from '@kernelkit/host'
import { imageMaterial } from './image-material.ts'

const tools = { mmdebstrap: '1.3.5', debootstrap: '1.0.128' }
const onHost = chooseBakeTools({ ...tools, uid: 0, userNamespaces: 'works', sudo: 'works' })
const inContainer = chooseContainerTools(tools)
const known = { uri: 'mirror', keyring: undefined, digest: 'd', note: '', release: { date: 1, suite: 'bookworm' } }

const material = (tools: typeof onHost, change: { readonly include?: readonly string[]; readonly script?: string }) =>
  imageMaterial({
    host: nodeHost(),
    spec: parseImageSpec(givenOptions({ suite: 'bookworm', include: change.include ?? [] }), { hostArch: 'x86_64' }),
    tools,
    known: known as unknown as Parameters<typeof imageMaterial>[0]['known'],
    inputs: {
      scripts: change.script === undefined ? [] : [{ name: 's', content: change.script }],
      sshKeys: [],
    } as unknown as Parameters<typeof imageMaterial>[0]['inputs'],
    overlayDigest: undefined,
  })

describe('imageMaterial', () => {
  it('is the same for a bake in a container and on the host', () => {
    expect(material(inContainer, {})).toEqual(material(onHost, {}))
  })

  it.each([{ include: ['curl'] }, { script: 'ls /proc' }, { include: ['curl'], script: 'ls /proc' }])(
    'distinguishes a bake without /proc when programs of %j may have missed it',
    (change) => {
      expect(material(inContainer, change)).toEqual(expect.arrayContaining([['proc', 'none']]))
      expect(material(onHost, change)).not.toEqual(expect.arrayContaining([['proc', 'none']]))
    },
  )
})
