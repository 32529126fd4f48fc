import { describe, expect, it } from 'vitest'
import { estimateObjects, isObjectLine, parseDiagnostic, parseMakeFailure, renderDiagnostic } from './compile-output.ts'

const paths = { source: '/s/tree', build: '/b/out' }

describe('parseDiagnostic', () => {
  it.each([
    ['/s/tree/fs/ext4/inode.c:12:3: error: expected ‘;’ before ‘}’ token', 'fs/ext4/inode.c:12:3: error: expected ‘;’ before ‘}’ token'],
    [
      '../fs/ext4/inode.c:12:3: warning: unused variable ‘x’ [-Wunused-variable]',
      'fs/ext4/inode.c:12:3: warning: unused variable ‘x’ [-Wunused-variable]',
    ],
    ['/s/tree/init/main.c:1:10: fatal error: no.h: No such file or directory', 'init/main.c:1:10: error: no.h: No such file or directory'],
    ['/b/out/include/generated/x.h:3: error: "X" redefined', 'include/generated/x.h:3: error: "X" redefined'],
    [
      "ld: init/main.o: in function `start_kernel': undefined reference to `nothing'",
      "error: init/main.o: in function `start_kernel': undefined reference to `nothing'",
    ],
    ["/s/tree/init/main.c:90: undefined reference to `nothing'", "init/main.c:90: error: undefined reference to `nothing'"],
    ['ERROR: modpost: "x" [a.ko] undefined!', 'error: "x" [a.ko] undefined!'],
    ['vmlinux.o: warning: objtool: f+0x1: unreachable instruction', 'vmlinux.o: warning: objtool: f+0x1: unreachable instruction'],
  ])('reads: %s', (line, expected) => {
    const found = parseDiagnostic(line, paths)
    expect(found === undefined ? undefined : renderDiagnostic(found)).toBe(expected)
  })

  it.each([
    '  CC      init/main.o',
    'make[2]: *** [x] Error 1',
    '   12 |   return 0',
    '/s/tree/fs/x.c: In function ‘f’:',
    '/s/tree/fs/x.c:3:1: note: declared here',
  ])('leaves alone: %s', (line) => {
    expect(parseDiagnostic(line, paths)).toBeUndefined()
  })
})

describe('make', () => {
  it('names the target that failed', () => {
    expect(parseMakeFailure('make[4]: *** [/s/tree/scripts/Makefile.build:229: init/main.o] Error 1')).toEqual({ target: 'init/main.o' })
    expect(parseMakeFailure("make[1]: *** No rule to make target 'x', needed by 'y'.  Stop.")?.target).toContain(
      "No rule to make target 'x'",
    )
    expect(parseMakeFailure('make: Leaving directory')).toBeUndefined()
  })

  it('counts objects, and estimates them near what was measured', () => {
    expect(
      ['  CC      init/main.o', '  AS      arch/x86/entry.o', '  LD      vmlinux', '  CC [M]  a.o', '  HOSTCC  scripts/x'].map(
        isObjectLine,
      ),
    ).toEqual([true, true, false, true, true])
    expect([564, 692].map(estimateObjects)).toEqual([955, 1494])
  })
})
