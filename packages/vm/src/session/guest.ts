import type { AllowUse, KernelReport } from '@kernelkit/core/console'
import type { KtapResults } from '@kernelkit/core/ktap'
import type { Host } from '@kernelkit/host'
import type { VmPlan } from '../resolve/plan-vm.ts'
import type { ExecResult, Vm } from '../vm.ts'
import type { LastLook } from './last-look.ts'
import type { VmEnd, VmWatch, WatchFacts } from './watch-vm.ts'

/** A VM that was started, and all that a piece of work needs to know about it. */
export interface Guest {
  readonly host: Host
  readonly plan: VmPlan
  readonly vm: Vm
  readonly watch: VmWatch
  /** The user's interruption. */
  readonly signal: AbortSignal
}

/** A time limit of the user's. */
export interface Limit {
  /** `end`: a guest that was to end by itself after its command. */
  readonly kind: 'command' | 'boot' | 'end'
  readonly ms: number
}

/** Why the work with a guest is over. */
export type Ending =
  /** The command ended by itself. */
  | { readonly kind: 'command'; readonly result: ExecResult }
  /** The shell that was the guest's only program ended. */
  | { readonly kind: 'shell'; readonly exitCode: number }
  /** The user at the terminal ended the VM. */
  | { readonly kind: 'asked' }
  /** The guest was handed over, and is not needed any more; with --keep it is left running. */
  | { readonly kind: 'released' }
  /** KUnit is done, or the kernel has come to user space without any test. */
  | { readonly kind: 'kunit' }
  | { readonly kind: 'kunit-silent'; readonly silentMs: number }
  /** There is no systemd to wait for. */
  | { readonly kind: 'no-systemd'; readonly why: string }
  | { readonly kind: 'limit'; readonly limit: Limit }
  /** The VM ended, or nothing more is expected of it. */
  | { readonly kind: 'over'; readonly end: VmEnd }

/** How closely a VM is watched. */
export interface Oversight {
  /** A person or a program uses the guest, and knows better: a lockup does not end it, and no stacks are asked for at its end. */
  readonly attended: boolean
  /** So many starts without coming to the first process are a loop; 1: the guest may not start again at all. */
  readonly mostRestarts: number
}

/** What is done with a started VM, and what is reported about it afterwards. */
export interface VmWork<Outcome> extends Oversight {
  /** From the start of QEMU until it is done, or until whatever comes before. */
  readonly work: (guest: Guest) => Promise<Ending>
  /** Called when the VM has ended, or the work has failed. */
  readonly close?: () => void
  readonly judge: (ended: EndedVm) => Outcome
}

/** A VM that has ended, or that was left running: all that was seen of it. */
export interface EndedVm {
  readonly plan: VmPlan
  readonly ending: Ending
  /** QEMU ended before it was stopped. */
  readonly endedAlone: boolean
  readonly facts: WatchFacts
  readonly reports: readonly KernelReport[]
  /** Those of them that count, after --fail-on, --allow and the KUnit tests that make them. */
  readonly failing: readonly KernelReport[]
  /** What the entries of --allow were used for. */
  readonly allowed: readonly AllowUse[]
  /** What was read from outside before it was ended. */
  readonly look: LastLook
  /** Results of the kernel's own tests on the console, whatever was run. */
  readonly kunit: KtapResults
  readonly seconds: SessionSeconds
}

/** Seconds of each part; absent for a part that was not reached. */
export interface SessionSeconds {
  /** From the call to a running QEMU. */
  readonly start: number
  readonly kernel: number | undefined
  readonly userspace: number | undefined
  readonly ready: number | undefined
  readonly command: number | undefined
  readonly total: number
}

/** What every verdict is made of. How QEMU ended matters only when we did not end it. */
export function seenFacts({
  facts,
  failing,
  look,
  endedAlone,
}: EndedVm): WatchFacts & Pick<LastLook, 'stuck'> & { readonly failing: readonly KernelReport[] } {
  return { ...facts, failing, stuck: look.stuck, qemu: endedAlone ? facts.qemu : undefined }
}

/** It answers nothing, or its kernel says that a CPU is stuck. */
export function isHang(ending: Ending): boolean {
  return ending.kind === 'kunit-silent' || (ending.kind === 'over' && (ending.end === 'silent' || ending.end === 'lockup'))
}
