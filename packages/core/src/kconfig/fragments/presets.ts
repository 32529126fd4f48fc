import { kernelRows } from '../../options/table/kernel-rows.ts'
import type { Arch } from '../../arch/index.ts'
import type { ConfigRequest, ConfigValue, OriginKind } from '../request.ts'
import { always } from './always.ts'
import { debian } from './debian.ts'
import { debug, debugFull, kasan, kunit, lkdtm, lockdep, lockup, ubsan } from './debugging.ts'
import type { Fragment, FragmentOption } from './fragment.ts'
import { minimal } from './minimal.ts'
import { ninep } from './ninep.ts'

/** What `--config NAME` may name. */
export const presets: readonly Fragment[] = [minimal, debian, ninep, debug, debugFull, kasan, ubsan, lockdep, lockup, lkdtm, kunit]

/** Presets of a build without `--config`. */
export const defaultPresets: readonly string[] = kernelRows.config.otherwise.split(', ')

/** What a .kunitconfig is added to: it names tests and no machine, because kunit.py has one of its own (tools/testing/kunit/qemu_configs). */
export const kunitPresets: readonly string[] = ['minimal', 'kunit']

/** What the architecture and every guest need, below anything that the user says. */
export function alwaysRequests(arch: Arch): readonly ConfigRequest[] {
  const own = arch.kconfig.map(([symbol, value]): FragmentOption => ({ symbol, value, why: `selects ${arch.name}` }))
  return requestsOf({ ...always, options: [...own, ...always.options] }, arch, 'always')
}

export function presetRequests(name: string, arch: Arch): readonly ConfigRequest[] {
  const preset = presets.find((candidate) => candidate.name === name)
  return preset === undefined ? [] : requestsOf(preset, arch, 'preset')
}

function requestsOf(fragment: Fragment, arch: Arch, kind: OriginKind): readonly ConfigRequest[] {
  const where = kind === 'always' ? 'needed by every guest' : `preset ${fragment.name}`
  return fragment.options
    .filter((option) => option.archs === undefined || option.archs.includes(arch.name))
    .map((option) => ({
      symbol: option.symbol,
      value: valueOf(option),
      origin: { kind, where, why: option.why },
      optional: option.optional === true,
    }))
}

function valueOf({ value = 'y' }: FragmentOption): ConfigValue {
  return typeof value === 'number' ? { kind: 'number', value: String(value) } : { kind: 'tristate', value }
}
