import { execFileSync, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { quoteArgv } from '../shell/index.ts'
import { renderScript } from './render-script.ts'

const awkward = ['plain', 'with blank', "it's", '', '$HOME', 'a\nb', '*', '--x=y', 'ü', '"', '\\', '~', '!', '#']

describe('quoteArgv', () => {
  it('gives a line that a shell splits into the same words', () => {
    const printed = execFileSync('sh', ['-c', `printf '%s\\0' ${quoteArgv(awkward)}`], { encoding: 'utf8' })
    expect(printed.split('\0').slice(0, -1)).toEqual(awkward)
  })

  it('leaves plain words as they are', () => {
    expect(quoteArgv(['make', '-j2', 'O=/b', 'a@b', 'x:y,z', '50%', 'c++'])).toBe('make -j2 O=/b a@b x:y,z 50% c++')
  })
})

const longText = `a\n'b'\n"c"\n$(d)\n\\e\nEND\n)\n\n`

describe('renderScript', () => {
  it('shows the reason above each step, and the command as it can be pasted', () => {
    const text = renderScript({
      title: 'build it',
      steps: [
        { kind: 'mkdir', why: 'room', path: '/b dir' },
        { kind: 'write', why: 'the fragment', path: '/b/.config', content: 'x=y\n' },
        { kind: 'run', why: 'compile', argv: ['make', 'all'], env: { A: '1 2', LANG: undefined } },
        { kind: 'run', why: 'look', argv: ['ls'], cwd: '/b', output: '/c' },
      ],
    })
    expect(text).toBe(`# build it
set -e
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

# room
mkdir -p '/b dir'

# the fragment
mkdir -p /b
cat > /b/.config <<'END'
x=y
END

# compile
env --unset=LANG 'A=1 2' make all

# look
(cd /b && ls > /c)
`)
  })

  it('shows once, under a name, what repeats: paths, environment and arguments', () => {
    const shared = [
      '-C',
      '/a/tree',
      'O=/b/out',
      'KCFLAGS=-fmap=/a/tree=. -fmap=/b/out=.',
      'KAFLAGS=-fmap=/a/tree=. -fmap=/b/out=.',
      'HOSTCC=gcc',
    ]
    const env = {
      LC_ALL: 'C',
      CCACHE_DIR: '/store/ccache',
      CCACHE_COMPILERCHECK: 'content',
      CCACHE_NOHASHDIR: '1',
      CCACHE_BASEDIR: '/',
      LANG: undefined,
    }
    const text = renderScript(
      {
        title: 'kernel',
        variables: [
          { name: 'tree', value: '/a/tree' },
          { name: 'build', value: '/b/out' },
          { name: 'maps', value: '-fmap=/a/tree=. -fmap=/b/out=.' },
          { name: 'work', value: '/tmp/work-XXXXXX', perRun: true },
          { name: 'unused', value: '/c' },
        ],
        steps: [
          { kind: 'run', why: 'one', argv: ['make', ...shared, 'config'], env: { ...env, KCONFIG_CONFIG: '/b/out/.config' } },
          { kind: 'run', why: 'two', argv: ['make', ...shared, 'bzImage'], env },
          { kind: 'copy', why: 'three', from: '/b/out/bzImage', to: '/tmp/work-XXXXXX/bzImage' },
        ],
      },
      { isSet: (name) => name !== 'LANG' },
    )
    expect(text).toBe(`# kernel
set -e
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
tree=/a/tree
build=/b/out
maps="-fmap=$tree=. -fmap=$build=."
work=$(mktemp -d "\${TMPDIR:-/tmp}"/work-XXXXXX)
# Environment of every make.
in_environment() { env LC_ALL=C CCACHE_DIR=/store/ccache CCACHE_COMPILERCHECK=content CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=/ "$@"; }
# Arguments of every make: "$@" below.
set -- -C "$tree" "O=$build" "KCFLAGS=$maps" "KAFLAGS=$maps" HOSTCC=gcc

# one
in_environment env "KCONFIG_CONFIG=$build/.config" make "$@" config

# two
in_environment make "$@" bzImage

# three
cp --reflink=auto --sparse=always "$build/bzImage" "$work/bzImage"
`)
  })

  it('runs in sh, whatever the words and contents are', () => {
    const directory = mkdtempSync(join(tmpdir(), 'kernelkit-script-'))
    try {
      const at = (name: string): string => join(directory, name)
      const content = `END\nEND_\n$HOME \`id\` ' "\n`
      execFileSync('sh', {
        input: renderScript({
          title: 'all kinds',
          variables: [{ name: 'here', value: directory }],
          steps: [
            { kind: 'write', why: 'a', path: at('new/in'), content, mode: 0o600 },
            { kind: 'write', why: 'b', path: at('partial'), content: 'no line end' },
            { kind: 'copy', why: 'c', from: at('new/in'), to: at('copied'), sha256: createHash('sha256').update(content).digest('hex') },
            { kind: 'copy', why: 'd', from: at('absent'), to: at('absent too'), optional: true },
            { kind: 'update', why: 'e', from: at('copied'), to: at('partial') },
            { kind: 'run', why: 'f', argv: ['printf', '%s\\n', ...awkward, `${directory}$x`], output: at('printed') },
            { kind: 'copy-tree', why: 'g', from: at('new'), to: at('tree') },
            { kind: 'remove', why: 'h', path: at('new') },
            { kind: 'run', why: 'i', argv: ['printf', '%s.', longText, 'x'], output: at('long') },
          ],
        }),
      })
      expect(readFileSync(at('long'), 'utf8')).toBe(`${longText}.x.`)
      expect(readdirSync(directory).toSorted()).toEqual(['copied', 'long', 'partial', 'partial.old', 'printed', 'tree'])
      expect(readFileSync(at('partial'), 'utf8')).toBe(content)
      expect(readFileSync(at('partial.old'), 'utf8')).toBe('no line end')
      expect(readFileSync(at('tree/in'), 'utf8')).toBe(content)
      expect(statSync(at('tree/in')).mode & 0o777).toBe(0o600)
      expect(readFileSync(at('printed'), 'utf8')).toBe([...awkward, `${directory}$x`].map((word) => `${word}\n`).join(''))
    } finally {
      rmSync(directory, { recursive: true, force: true })
    }
  })

  it('ends with an error where the list is open', () => {
    const text = renderScript({
      title: 'open',
      steps: [
        { kind: 'pending', why: "not known yet: it's not here" },
        { kind: 'run', why: 'next', argv: ['false'] },
      ],
    })
    const { status, stderr } = spawnSync('sh', { input: text, encoding: 'utf8' })
    expect([status, stderr]).toEqual([1, "not known yet: it's not here\n"])
  })
})
