import { describe, expect, it } from 'vitest'
import { parseArch } from '@kernelkit/core/arch'
import { renderAddition } from '@kernelkit/core/kconfig'
import { givenOptions } from '@kernelkit/core/options'
import { parseKernelSpec } from '@kernelkit/core/options/build'
import { nodeHost, openStore } from '@kernelkit/host'
import { loadKconfigTree } from './configure/load-kconfig.ts'
import { resolveConfiguration } from './index.ts'
import { onlyFull } from '../../../e2e/lib/tiers.ts'

/** The configuration of Debian's 6.12 for `minimal` and what is given; nothing is compiled. */
async function configure(config: readonly string[], raw: Readonly<Record<string, unknown>> = {}) {
  const host = nodeHost()
  const store = await openStore(host)
  const spec = parseKernelSpec(givenOptions({ config: ['minimal', ...config], ...raw }), ['deb:linux-source-6.12'], {
    arch: parseArch('x86_64'),
  })
  const { configuration, judgement, plan } = await resolveConfiguration({ host, store }, spec)
  const added = configuration.added.map(renderAddition)
  const notHad = judgement.problems.map((problem) => problem.split(':')[0])
  return { configuration, judgement, plan, added, notHad }
}

describe("the kernel's own fragments", () => {
  it(
    'the selftests of net keep 106 of 109 options, those that are modules as modules',
    onlyFull('one more configuration of a real kernel'),
    async () => {
      const { added, notHad, judgement, configuration } = await configure(['tools/testing/selftests/net/config'])
      expect(notHad).toEqual(['IFB', 'TRACEPOINTS', 'NET_DROP_MONITOR'])
      // The fragment asks for y, and for m of what it depends on.
      expect(judgement.problems[0]).toContain('found m: it was refused by kconfig (drivers/net/Kconfig:')
      expect(configuration.values.get('TEST_BPF')).toBe('m')
      expect(added).toContain('+NET_SCHED for IFB, tools/testing/selftests/net/config:23')
      expect(added).toContain('+CRYPTO for CRYPTO_CHACHA20POLY1305, tools/testing/selftests/net/config:20')
    },
  )

  it(
    'debug.config loses only what excludes itself, and warns of what is gone',
    onlyFull('one more configuration of a real kernel'),
    async () => {
      const { notHad, judgement } = await configure(['debug.config'])
      expect(notHad).toEqual(['UBSAN_UNREACHABLE'])
      expect(judgement.problems[0]).toContain('does not hold with OBJTOOL')
      expect(judgement.warnings.map((warning) => warning.split(':')[0])).toEqual(['DEBUG_VM_VMACACHE', 'GENERIC_PTDUMP'])
    },
  )
})

describe('every preset', () => {
  it('is met in full, together with all others but the one it contradicts, by Kconfig files that were read whole', async () => {
    const { judgement, notHad, plan } = await configure([
      'debian',
      '9p',
      'debug-full',
      'kasan',
      'ubsan',
      'lockdep',
      'lockup',
      'lkdtm',
      'kunit',
    ])
    expect(notHad).toEqual([])
    expect(judgement.warnings).toEqual([])
    const { symbols } = await loadKconfigTree(nodeHost(), { tree: await plan.source.tree(), arch: parseArch('x86_64') })
    expect(symbols.size).toBeGreaterThan(15_000)
  })

  it('is met in full on i386', onlyFull('another architecture'), async () => {
    const { judgement, notHad } = await configure(['debian', '9p', 'debug', 'ubsan', 'lockdep', 'lockup', 'lkdtm', 'kunit'], {
      arch: 'i386',
    })
    expect(notHad).toEqual([])
    expect([...judgement.added, ...judgement.notes]).toEqual([])
  })

  it.each(['tinyconfig', 'defconfig'])('is met on %s', onlyFull('two more configurations of a real kernel'), async (base) => {
    const { configuration, notHad } = await configure(['debian', '9p', 'debug'], { base })
    expect(notHad).toEqual([])
    expect(configuration.values.get('VIRTIO_NET')).toBe('y')
  })
})

describe('EXPERT, which turns defaults into questions', () => {
  const basics = ['FUTEX', 'EPOLL', 'MULTIUSER', 'PRINTK', 'PROC_FS', 'SIGNALFD', 'UNIX98_PTYS']

  it.each([
    [
      'as a dependency',
      ['DEBUG_RSEQ=y'],
      ['+EXPERT for DEBUG_RSEQ, --config DEBUG_RSEQ=y', '+DEBUG_KERNEL for DEBUG_RSEQ, --config DEBUG_RSEQ=y'],
    ],
    ['by name, with less', ['EXPERT=y', '-IO_URING'], []],
  ])(
    'does not take away what was on and not refused when it comes %s',
    onlyFull('two more configurations of a real kernel'),
    async (_how, config, expected) => {
      const { configuration, added, notHad, judgement } = await configure(config)
      expect(notHad).toEqual([])
      expect(added.toSorted()).toEqual(expected.toSorted())
      expect(basics.filter((symbol) => configuration.values.get(symbol) !== 'y')).toEqual([])
      expect([...judgement.added, ...judgement.notes].join('\n')).toContain('FUTEX')
      expect(configuration.values.has('IO_URING')).toBe(!config.includes('-IO_URING'))
    },
  )
})
