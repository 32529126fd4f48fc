import { describe, expect, it } from 'vitest'
import { checkConfig, renderAddition, renderUnmet } from './check.ts'
import { parseAssignment, parseDotConfig } from './config-text.ts'
import { parseKconfigTree } from './parse-tree.ts'
import type { ConfigRequest, OriginKind } from './request.ts'

const kconfig = `
config MODULES
	bool "modules"
	modules
config EXPERT
	bool "expert"
menuconfig NET
	bool "Networking"
if NET
config INET
	bool "TCP/IP"
menuconfig NET_SCHED
	bool "QoS"
if NET_SCHED
config NET_SCH_FQ
	tristate "FQ"
config NET_SCH_X
	tristate "X"
	depends on INET || SNA
endif
config TEST_BPF
	tristate "test"
	depends on m
endif
config SNA
	bool "SNA"
	depends on NET && DINOSAUR
config HIDDEN
	bool
config ONE
	bool "one"
	select HIDDEN
config NEEDS_HIDDEN
	bool "needs"
	depends on HIDDEN
config DERIVED
	def_bool y
	depends on NET
config NEEDS_DERIVED
	bool "x"
	depends on DERIVED
choice
	prompt "pick"
config LEFT
	bool "left"
config RIGHT
	bool "right"
endchoice
config NEEDS_RIGHT
	bool "x"
	depends on RIGHT
config REDUCED
	bool "reduced"
config BTF
	bool "btf"
	depends on !REDUCED
config NUMBER
	int "n"
	range 1 9
config MACRO
	bool "m"
	depends on $(cc-option,-fx)
config QUIET
	bool "quiet" if EXPERT
	default y
config A
	bool "a"
	depends on B
config B
	bool "b"
	depends on A
config COMPILE_TEST
	bool "ct"
config ELSEWHERE
	bool "e"
	depends on ARM || COMPILE_TEST
`
const tree = parseKconfigTree({ read: (path) => (path === 'Kconfig' ? kconfig : undefined), variables: {} })

function asked(text: string, kind: OriginKind = 'command'): ConfigRequest {
  const request = parseAssignment(text, { kind, where: kind === 'preset' ? 'preset p' : `--config ${text}` })
  if (request === undefined) throw new Error(text)
  return request
}

function check(requests: readonly ConfigRequest[], config = '') {
  const result = checkConfig({ tree, values: parseDotConfig(config), requests, added: [] })
  return {
    added: result.additions.map(renderAddition),
    unmet: result.unmet.map(renderUnmet),
    unknown: result.unknown.map(({ request, nearest }) => [request.symbol, nearest]),
  }
}

describe('checkConfig', () => {
  it('reports nothing for what is met', () => {
    expect(check([asked('NET=y'), asked('-INET'), asked('NET_SCH_FQ=m')], 'CONFIG_NET=y\nCONFIG_NET_SCH_FQ=y\n')).toEqual({
      added: [],
      unmet: [],
      unknown: [],
    })
  })

  it('switches on the menus and ifs around a symbol, once', () => {
    expect(check([asked('NET_SCH_FQ=m'), asked('NET_SCH_X=y')])).toEqual({
      added: [
        '+NET for NET_SCH_FQ, --config NET_SCH_FQ=m',
        '+NET_SCHED for NET_SCH_FQ, --config NET_SCH_FQ=m',
        '+INET for NET_SCH_X, --config NET_SCH_X=y',
      ],
      unmet: [],
      unknown: [],
    })
  })

  it('names the n of the user that prevents a symbol', () => {
    const { added, unmet } = check([asked('-NET'), asked('NET_SCH_FQ=y')])
    expect(added).toEqual([])
    expect(unmet).toEqual([
      'NET_SCH_FQ: asked for y (--config NET_SCH_FQ=y), found n: needs NET (Kconfig:7), which was set to n by --config -NET',
    ])
  })

  it('names the symbols that select one without a prompt', () => {
    expect(check([asked('NEEDS_HIDDEN=y')]).unmet).toEqual([
      'NEEDS_HIDDEN: asked for y (--config NEEDS_HIDDEN=y), found n: needs HIDDEN (Kconfig:28), which has no prompt and cannot be set directly; it comes with ONE',
    ])
  })

  it('meets the dependencies of a symbol that is on by default', () => {
    expect(check([asked('NEEDS_DERIVED=y')]).added).toEqual(['+NET for NEEDS_DERIVED, --config NEEDS_DERIVED=y'])
  })

  it('chooses a member of a choice unless a rival was asked for', () => {
    expect(check([asked('NEEDS_RIGHT=y')]).added).toEqual(['+RIGHT for NEEDS_RIGHT, --config NEEDS_RIGHT=y'])
    expect(check([asked('LEFT=y'), asked('NEEDS_RIGHT=y')], 'CONFIG_LEFT=y\n').unmet[0]).toContain(
      'excludes LEFT, its rival in one choice, which --config LEFT=y asks for',
    )
  })

  it('switches an option of a preset off when the user wants what excludes it, but no option of the user', () => {
    expect(check([asked('REDUCED=y', 'preset'), asked('BTF=y')], 'CONFIG_REDUCED=y\n').added).toEqual(['-REDUCED for BTF, --config BTF=y'])
    expect(check([asked('REDUCED=y'), asked('BTF=y')], 'CONFIG_REDUCED=y\n').unmet[0]).toContain(
      'needs !REDUCED (Kconfig:56), which is not met: REDUCED is set to y by --config REDUCED=y',
    )
  })

  it('names ranges, types, macros and modules as reasons', () => {
    const { unmet } = check([asked('NUMBER=12'), asked('NET=3'), asked('MACRO=y'), asked('TEST_BPF=m')], 'CONFIG_NUMBER=9\nCONFIG_NET=y\n')
    expect(unmet).toEqual([
      'NUMBER: asked for 12 (--config NUMBER=12), found 9: it must be from 1 to 9 (Kconfig:59)',
      'NET: asked for 3 (--config NET=3), found y: it is of type bool (Kconfig:7)',
      'MACRO: asked for y (--config MACRO=y), found n: it needs $(cc-option,-fx), which these build tools may not give (Kconfig:62)',
      'TEST_BPF: asked for m (--config TEST_BPF=m), found n: modules are off (MODULES=y switches them on), and it can only be a module (Kconfig:23)',
    ])
  })

  it('says why something stays on', () => {
    expect(check([asked('-HIDDEN'), asked('-QUIET')], 'CONFIG_HIDDEN=y\nCONFIG_ONE=y\nCONFIG_QUIET=y\n').unmet).toEqual([
      'HIDDEN: asked for n (--config -HIDDEN), found y: it is selected by ONE, which is on (Kconfig:32)',
      'QUIET: asked for n (--config -QUIET), found y: it can only be changed with EXPERT; its default is on (Kconfig:64)',
    ])
  })

  it('suggests the nearest name, also for what is to be off', () => {
    expect(check([asked('INETT=y'), asked('-NTE_SCHED'), asked('COMPLETELY_DIFFERENT=y')]).unknown).toEqual([
      ['INETT', 'INET'],
      ['NTE_SCHED', 'NET_SCHED'],
      ['COMPLETELY_DIFFERENT', undefined],
    ])
  })

  it('ends on dependencies in a circle and never switches COMPILE_TEST on', () => {
    expect(check([asked('A=y')]).unmet).toHaveLength(1)
    expect(check([asked('ELSEWHERE=y')]).unmet[0]).toContain('COMPILE_TEST')
  })
})
