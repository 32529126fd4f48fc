import { describe, expect, it } from 'vitest'
import { definedFunctions, type DefinedFunction } from './kernel-functions.ts'
import { mergeTrees, namesOfTree, type ReadFile } from './machinery-names.ts'

const file = (path: string, ...functions: readonly (readonly [name: string, isStatic?: boolean])[]): ReadFile => ({
  path,
  functions: functions.map(([name, isStatic = false]): DefinedFunction => ({ name, wrapper: undefined, isStatic })),
})

describe('the functions that a source file defines', () => {
  it('are known with their reach, also when it is on a line of its own', () => {
    const text = 'static int\nfrob(void)\n{\n\treturn 1;\n}\n\nint brof(void)\n{\n\treturn 2;\n}\n'
    expect(definedFunctions('lib/frob.c', text).map(({ name, isStatic }) => [name, isStatic])).toEqual([
      ['frob', true],
      ['brof', false],
    ])
  })

  it('are known when the brace is at the end of a line', () => {
    const text = 'static int frob(\n\tint a,\n\tint b\n) {\n\treturn a;\n}\n\nint brof(void) {\n\tif (x) {\n\t}\n}\n'
    expect(definedFunctions('lib/frob.c', text).map(({ name }) => name)).toEqual(['frob', 'brof'])
  })

  it('are those that a macro of the file makes', () => {
    const text = [
      '#define DO_ERROR(trapnr, signr, str, name)\t\t\\',
      'dotraplinkage void do_##name(struct pt_regs *regs)\t\\',
      '{\t\t\t\t\t\t\t\\',
      '\tdo_error_trap(regs, str, trapnr, signr);\t\t\\',
      '}',
      '#define SHOW(field)\tstatic ssize_t field ## _show(char *buf) { return 0; }',
      '',
      'DO_ERROR(X86_TRAP_UD, SIGILL, "invalid opcode", invalid_op)',
      'DO_ERROR(X86_TRAP_TS, SIGSEGV, invalid_TSS)',
      'SHOW(size);',
    ].join('\n')
    expect(definedFunctions('arch/x86/kernel/traps.c', text).map(({ name, isStatic }) => [name, isStatic])).toEqual([
      ['do_invalid_op', false],
      ['size_show', true],
    ])
  })

  it('are the labels of entry code, of more than one word', () => {
    const text = 'ENTRY(ret_from_fork)\nretint_kernel:\n.Lerror_out:\nrestore:\n1:\nEND(x)\n'
    expect(definedFunctions('arch/x86/entry/entry_64.S', text).map(({ name }) => name)).toEqual(['ret_from_fork', 'retint_kernel'])
  })
})

describe('the machinery of several kernels', () => {
  it('shares the name of a static function that another file has too', () => {
    const tree = namesOfTree([file('lib/vsprintf.c', ['frob', true], ['brof']), file('drivers/frob.c', ['frob', true], ['brof', true])])
    expect([...tree.machinery]).toEqual([['brof', 'printing']])
    expect([...tree.shared]).toEqual(['frob'])
  })

  it('keeps what is gone, and shares what is other code now', () => {
    const old = namesOfTree([file('lib/vsprintf.c', ['gone'], ['moved'], ['alone', true])])
    const now = namesOfTree([file('drivers/frob.c', ['moved'], ['alone', true]), file('mm/slub.c', ['kfree'])])
    const { machinery, shared } = mergeTrees([old, now])
    expect([...machinery]).toEqual([
      ['gone', 'printing'],
      ['kfree', 'checking'],
    ])
    expect([...shared]).toEqual(['moved', 'alone'])
  })
})
