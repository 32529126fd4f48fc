import { givenOptions } from '@kernelkit/core/options'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import { nodeHost } from '@kernelkit/host'
import { describe, expect, it } from 'vitest'
import type { VmPlan } from '../resolve/plan-vm.ts'
import type { QemuExit, Vm, VmEvent } from '../vm.ts'
import type { Ending, VmWork } from './guest.ts'
import { superviseVm } from './supervise-vm.ts'
import { vmOf } from '../../test/vm.ts'

const killed: QemuExit = { exitCode: undefined, signal: 'SIGKILL', stderr: '' }

/** A VM with these events; `ends` notes how it was ended. */
function fakeVm(events: readonly VmEvent[]): { readonly vm: Vm; readonly ends: readonly string[] } {
  const ends: string[] = []
  const stopped = Promise.withResolvers<QemuExit>()
  async function* stream(): AsyncGenerator<VmEvent> {
    yield* events
    yield { type: 'exited', exit: await stopped.promise, atMs: 2 }
  }
  const stop = async (how: string) => {
    ends.push(how)
    stopped.resolve(killed)
    return killed
  }
  const dispose = async () => void ends.push('left')
  return { vm: vmOf({ events: stream(), stop, exited: stopped.promise, [Symbol.asyncDispose]: dispose }), ends }
}

interface Case {
  readonly ending: Ending | Error
  readonly keep?: boolean
  readonly mode?: 'rw' | 'snapshot'
  readonly interrupted?: boolean
}

/** How the VM was ended after this work. */
async function endsAfter({ ending, keep = false, mode = 'snapshot', interrupted = false }: Case): Promise<readonly string[]> {
  const { vm, ends } = fakeVm([{ type: 'ready', release: '6.12', atMs: 1 }])
  const closed: string[] = []
  const work: VmWork<Ending> = {
    attended: true,
    mostRestarts: 1,
    work: async () => {
      if (ending instanceof Error) throw ending
      return ending
    },
    close: () => void closed.push('closed'),
    judge: (ended) => ended.ending,
  }
  const part = {
    vm: parseVmSpec(givenOptions({ keep }), { command: 'run' }),
    accel: { accel: 'tcg' },
    kernel: {},
    launch: { drives: [{ mode }], machine: 'microvm' },
  }
  const plan = part as unknown as VmPlan
  const signal = interrupted ? AbortSignal.abort() : new AbortController().signal
  const done = superviseVm({ host: nodeHost(), plan, evidenceDirectory: '/nowhere', start: async () => vm, allowed: [], signal }, work)
  if (ending instanceof Error) await expect(done).rejects.toBe(ending)
  else expect((await done).outcome).toBe(ending)
  expect(closed).toEqual(['closed'])
  return ends
}

const shell: Ending = { kind: 'shell', exitCode: 0 }
const over = (end: 'no-timer' | 'halted'): Ending => ({ kind: 'over', end })
const bug = new Error('a bug')

describe('the end of a VM', () => {
  it.each<[string, Case, readonly string[]]>([
    ['is a kill where nothing is written', { ending: shell }, ['kill']],
    ['is a power-off where the guest may hold back what is to be written', { ending: shell, mode: 'rw' }, ['poweroff']],
    ['is a kill when the guest does nothing more', { ending: over('halted'), mode: 'rw' }, ['kill']],
    ['does not come with --keep', { ending: shell, keep: true }, ['left']],
    ['comes with --keep to a guest without a clock', { ending: over('no-timer'), keep: true }, ['kill']],
    ['comes when the work fails', { ending: bug }, ['kill']],
    ['does not come with --keep when the work fails', { ending: bug, keep: true }, []],
    ['comes with --keep when the user interrupts', { ending: bug, keep: true, interrupted: true }, ['kill']],
  ])('%s', async (_title, given, ends) => {
    expect(await endsAfter(given)).toEqual(ends)
  })
})

it('a guest that became ready after its limit was not ready', async () => {
  const seconds = async (ending: Ending) => {
    const { vm } = fakeVm([{ type: 'ready', release: '6.12', atMs: 2500 }])
    const part = {
      vm: parseVmSpec(givenOptions({}), { command: 'run' }),
      accel: { accel: 'tcg' },
      kernel: {},
      launch: { drives: [], machine: 'microvm' },
    }
    const work: VmWork<number | undefined> = {
      attended: true,
      mostRestarts: 1,
      work: async ({ watch }) => {
        await watch.ready
        return ending
      },
      judge: (ended) => ended.seconds.ready,
    }
    const input = {
      host: nodeHost(),
      plan: part as unknown as VmPlan,
      start: async () => vm,
      allowed: [],
      evidenceDirectory: '/nowhere',
      signal: new AbortController().signal,
    }
    return (await superviseVm(input, work)).outcome
  }
  expect(await seconds({ kind: 'limit', limit: { kind: 'boot', ms: 2000 } })).toBeUndefined()
  expect(await seconds({ kind: 'limit', limit: { kind: 'command', ms: 2000 } })).toBe(2.5)
})
