import { describe, expect, it } from 'vitest'
import { renderExpression } from './expression.ts'
import { sourcedFiles } from './lines.ts'
import { parseKconfigTree } from './parse-tree.ts'

function parse(files: Readonly<Record<string, string>>) {
  return parseKconfigTree({ read: (path) => files[path], variables: { SRCARCH: 'x86' } })
}

const needs = (conditions: readonly { readonly expression: Parameters<typeof renderExpression>[0]; readonly where: string }[]) =>
  conditions.map(({ expression, where }) => `${renderExpression(expression)} @${where}`)

describe('parseKconfigTree', () => {
  it('collects the dependencies of menus, ifs, menuconfigs and sourced files with their lines', () => {
    const tree = parse({
      Kconfig:
        'mainmenu "x"\nsource "arch/$(SRCARCH)/Kconfig"\nmenu "Net"\n\tdepends on NET\n\tvisible if EXPERT\nif INET\nsource "net/Kconfig"\nendif\nendmenu\n',
      'arch/x86/Kconfig': 'config X86\n\tdef_bool y\n\tselect NET if ACPI\n',
      'net/Kconfig':
        'menuconfig SCHED\n\tbool "QoS"\n\thelp\n\t  config NOT_A_SYMBOL\n\n\t  more text\n\nif SCHED\nconfig FQ\n\ttristate "Fair" if A || \\\n\t  B\n\tdepends on HIGH && \\\n\t\t!LOW\nendif\n',
    })
    const fq = tree.symbols.get('FQ')
    expect(fq?.type).toBe('tristate')
    expect(needs(fq?.definitions[0]?.depends ?? [])).toEqual([
      'NET @Kconfig:4',
      'INET @Kconfig:6',
      'SCHED @net/Kconfig:8',
      'HIGH && !LOW @net/Kconfig:12',
    ])
    expect(needs(fq?.definitions[0]?.visible ?? [])).toEqual(['EXPERT @Kconfig:5', 'A || B @net/Kconfig:10'])
    expect(tree.symbols.has('NOT_A_SYMBOL')).toBe(false)
    expect(tree.symbols.get('NET')?.selectedBy.map(({ by, where }) => [by, where])).toEqual([['X86', 'arch/x86/Kconfig:3']])
  })

  it('finds the members of a choice and gives them its conditions', () => {
    const tree = parse({
      Kconfig:
        'choice\n\tprompt "Debug" if EXPERT\n\tdepends on DEBUG_KERNEL\n\tdefault NONE\nconfig NONE\n\tbool "none"\nconfig DWARF5\n\tbool "v5"\nendchoice\nconfig OUTSIDE\n\tbool "x"\n',
    })
    expect(tree.choices[0]?.members).toEqual(['NONE', 'DWARF5'])
    const dwarf = tree.symbols.get('DWARF5')?.definitions[0]
    expect(needs(dwarf?.depends ?? [])).toEqual(['DEBUG_KERNEL @Kconfig:3'])
    expect(needs(dwarf?.visible ?? [])).toEqual(['EXPERT @Kconfig:2'])
    expect(tree.symbols.get('OUTSIDE')?.definitions[0]?.choice).toBeUndefined()
  })

  it('keeps several definitions of one symbol apart', () => {
    const tree = parse({ Kconfig: 'config A\n\tbool\n\tdefault y if X\nconfig A\n\tbool "A"\n\tdepends on Y\n' })
    expect(tree.symbols.get('A')?.definitions.map((definition) => [definition.where, definition.prompt])).toEqual([
      ['Kconfig:1', undefined],
      ['Kconfig:4', 'A'],
    ])
  })

  it('ends when a file sources itself', () => {
    expect(parse({ Kconfig: 'source "Kconfig"\nconfig A\n\tbool "A"\n' }).symbols.has('A')).toBe(true)
  })
})

describe('sourcedFiles', () => {
  it('follows source, osource and rsource', () => {
    const text = 'source "a/Kconfig"\nosource "arch/$(SRCARCH)/Kconfig"\n\trsource "sub/Kconfig"\n# source "no"\n'
    expect(sourcedFiles(text, { path: 'drivers/Kconfig', variables: { SRCARCH: 'x86' } })).toEqual([
      'a/Kconfig',
      'arch/x86/Kconfig',
      'drivers/sub/Kconfig',
    ])
  })
})
