import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { quoteArgv, renderPlan } from './render-plan.ts'

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

describe('renderPlan', () => {
  it('shows the reason above each step, and the command as it can be pasted', () => {
    const text = renderPlan({
      title: 'build it',
      steps: [
        { kind: 'mkdir', why: 'room', path: '/b dir' },
        { kind: 'write', why: 'the fragment', path: '/b/.config', content: 'x=y\n' },
        { kind: 'run', why: 'compile', argv: ['make', 'all'], env: { A: '1 2', LANG: undefined } },
        { kind: 'run', why: 'look', argv: ['ls'] },
      ],
    })
    expect(text).toBe(`# build it
# room
mkdir -p '/b dir'
# the fragment
write /b/.config (4 bytes)
# compile
env 'A=1 2' -uLANG make all
# look
ls
`)
  })
})
