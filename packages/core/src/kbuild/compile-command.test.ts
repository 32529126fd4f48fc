import { posix } from 'node:path'
import { describe, expect, it } from 'vitest'
import { parseCompileCommand } from './compile-command.ts'

const place = { build: '/b', tree: { compiled: '/copy/tree', edited: '/home/me/linux' }, resolve: posix.resolve }

describe('how an object was compiled', () => {
  it('is read from the file of kbuild, with the paths of the tree that is edited', () => {
    const text = `savedcmd_net/ioctl.o := ccache gcc -I/copy/tree/include -I./include -DX='"a\\#b"' -DY='$(pound)' -c -o net/ioctl.o /copy/tree/net/ioctl.c ; ./tools/objtool/objtool net/ioctl.o

source_net/ioctl.o := /copy/tree/net/ioctl.c
`
    expect(parseCompileCommand(text, place)).toEqual({
      directory: '/b',
      file: '/home/me/linux/net/ioctl.c',
      command: `gcc -I/home/me/linux/include -I./include -DX='"a#b"' -DY='#' -c -o net/ioctl.o /home/me/linux/net/ioctl.c`,
    })
  })

  it('is read from older kernels, of assembler and of files that the build made', () => {
    expect(parseCompileCommand('cmd_lib/x.o := clang -c -o lib/x.o lib/x.S', place)?.file).toBe('/b/lib/x.S')
  })

  it.each(['cmd_built-in.a := rm -f built-in.a; ar cDPrST built-in.a x.o', 'savedcmd_x.o := ld -r -o x.o a.o b.o', ''])(
    'is nothing for %j',
    (text) => expect(parseCompileCommand(text, place)).toBeUndefined(),
  )
})
