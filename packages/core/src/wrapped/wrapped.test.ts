import { describe, expect, it } from 'vitest'
import { heldPaths, hostPathsIn, parseCarriedFiles, wrappedVariables } from './index.ts'

describe('hostPathsIn', () => {
  it('finds absolute paths in words, options and shell lines, each once', () => {
    expect(
      hostPathsIn(['/tmp/go-build1/b001/x.test', '-test.testlogfile=/tmp/go-build1/b001/testlog.txt', 'cat </tmp/in >/tmp/in', 'a/b']),
    ).toEqual(['/tmp/go-build1/b001/x.test', '/tmp/go-build1/b001/testlog.txt', '/tmp/in'])
  })
})

describe('heldPaths', () => {
  it('names the loader of the architecture, its libc and the shell', () => {
    expect(heldPaths('x86_64')).toEqual(
      expect.arrayContaining(['/lib64/ld-linux-x86-64.so.2', '/lib/x86_64-linux-gnu/libc.so.6', '/lib64/libc.so.6', '/bin/sh']),
    )
    expect(heldPaths('i386')).toEqual(expect.arrayContaining(['/lib/ld-linux.so.2', '/lib/i386-linux-gnu/libc.so.6', '/bin/sh']))
  })
})

describe('wrappedVariables', () => {
  it("passes a runner's variables on, without those of the session, the shell, temporary directories and secrets", () => {
    expect(
      wrappedVariables(
        {
          FOO: 'a b\n',
          CARGO_MANIFEST_DIR: '/src',
          LD_LIBRARY_PATH: '/src/target',
          GONE: undefined,
          LOSSY: 'x',
          PATH: '/usr/bin',
          HOME: '/root',
          TMPDIR: '/tmp/x',
          SSH_AUTH_SOCK: '/tmp/s',
          GITHUB_TOKEN: 't',
          NPM_CONFIG__AUTH_PASSWORD: 'p',
          ACTIONS_RUNTIME_URL: 'u',
          KERNELKIT_VM: 'x',
          'BASH_FUNC_x%%': '() { :; }',
        },
        new Set(['LOSSY']),
      ),
    ).toEqual({ FOO: 'a b\n', CARGO_MANIFEST_DIR: '/src', LD_LIBRARY_PATH: '/src/target' })
  })
})

describe('parseCarriedFiles', () => {
  const bytes = (text: string) => new TextEncoder().encode(text)

  it('reads files that hold line ends and headers of their own', () => {
    const files = parseCarriedFiles(bytes('0 10\na\n1 2 3\nxy'), 3)
    expect(files.map(({ index, content }) => [index, new TextDecoder().decode(content)])).toEqual([[0, 'a\n1 2 3\nxy']])
    expect(parseCarriedFiles(bytes('0 1\na2 0\n1 3\nx\ny'), 3).map(({ index }) => index)).toEqual([0, 2, 1])
  })

  it.each(['', 'no header', '0 5\nab', '-1 2\nab', '0 99999999999\nx', '7 1\na'])('takes nothing from %j', (text) => {
    expect(parseCarriedFiles(bytes(text), 3)).toEqual([])
  })
})
