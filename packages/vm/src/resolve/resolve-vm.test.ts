import { givenOptions } from '@kernelkit/core/options'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { expect, it } from 'vitest'
import { resolveVm } from './resolve-vm.ts'

const spec = (raw: Readonly<Record<string, unknown>> = {}) => parseVmSpec(givenOptions(raw), { command: 'run' })

it('what a caller has made or decided comes before the options, which stay as they were parsed', async () => {
  const asked = spec({ kernel: 'k', image: 'i', artifacts: 'out', evidence: 'seen' })
  const before = structuredClone(asked)
  const vm = await resolveVm({
    spec: asked,
    command: 'run',
    made: { kernel: '/store/k', image: undefined },
    artifacts: { path: 'out/a', isOptional: false },
    evidence: 'seen/a',
    init: { kind: 'agent' },
  })
  expect(vm).toMatchObject({
    kernel: { kind: 'path', path: '/store/k' },
    image: 'i',
    artifacts: { path: 'out/a' },
    evidence: 'seen/a',
    init: { kind: 'agent' },
  })
  expect(asked).toEqual(before)
})

it('a directory for artifacts that the options name has to be shared', async () => {
  expect((await resolveVm({ spec: spec({ artifacts: 'out' }), command: 'run' })).artifacts).toEqual({ path: 'out', isOptional: false })
  expect((await resolveVm({ spec: spec(), command: 'run' })).artifacts).toBeUndefined()
})

it('--ssh gets a free port of this host that leads to the server, unless one was named', async () => {
  const { forwards } = await resolveVm({ spec: spec({ ssh: true }), command: 'run' })
  expect(forwards).toEqual([{ protocol: 'tcp', address: '127.0.0.1', hostPort: expect.any(Number), guestPort: 22 }])
  expect(forwards[0]?.hostPort).toBeGreaterThan(0)
  expect((await resolveVm({ spec: spec({ ssh: true, forward: ['0:22', '0:80'] }), command: 'run' })).forwards).toHaveLength(2)
})
