import { describe, expect, it } from 'vitest'
import { readOutput } from './read-output.ts'

describe('readOutput', () => {
  it('keeps annotations with their place, groups, and a log without commands', () => {
    const output = readOutput(['start', '::group::Build', '::error file=a.c,line=3,title=T::bad', '::endgroup::', 'end'], [])
    expect(output).toMatchObject({
      annotations: [{ level: 'error', file: 'a.c', line: '3', title: 'T', message: 'bad' }],
      groups: ['Build'],
      log: 'start\ngroup: Build\nerror: bad\nend',
      refused: [],
    })
  })

  it('masks a secret and each of its lines from the order on, and those known before', () => {
    const output = readOutput(['one two', '::add-mask::one%0Atwo', 'one', 'two', 'old'], ['old'])
    expect(output.log).toBe('one two\n***\n***\n***')
    expect(output.masks).toEqual(['old', 'one\ntwo', 'one', 'two'])
  })

  it('obeys nothing between stop-commands and its token', () => {
    const output = readOutput(['::stop-commands::tok', '::error::forged', '##[error]forged', '::tok::', '::notice::real'], [])
    expect(output.annotations).toEqual([{ level: 'notice', message: 'real' }])
    expect(output.log).toContain('forged')
  })

  it('takes the outdated outputs and state of the log, and refuses set-env and add-path', () => {
    const output = readOutput(['::set-output name=a::1', '::save-state name=b::2', '::set-env name=c::3', '::add-path::/d'], [])
    expect(output).toMatchObject({ outputs: { a: '1' }, state: { b: '2' }, refused: ['::set-env name=c::3', '::add-path::/d'] })
  })
})
