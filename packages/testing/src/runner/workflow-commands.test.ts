import { describe, expect, it } from 'vitest'
import { parseWorkflowCommand } from './workflow-commands.ts'

describe('parseWorkflowCommand', () => {
  it.each([
    ['::error file=a.c,line=3::bad: it::self', { name: 'error', properties: { file: 'a.c', line: '3' }, data: 'bad: it::self' }],
    ['  ::Warning::x', { name: 'warning', properties: {}, data: 'x' }],
    ['::error file=a%2Cb%3A1,title=::one%0Atwo %2C %250A', { name: 'error', properties: { file: 'a,b:1' }, data: 'one\ntwo %2C %0A' }],
    ['::endgroup::', { name: 'endgroup', properties: {}, data: '' }],
    ['the guest said ##[error file=a;line=3]bad', { name: 'error', properties: { file: 'a', line: '3' }, data: 'bad' }],
    ['::unknown::##[warning]x', { name: 'warning', properties: {}, data: 'x' }],
  ])('reads %j', (line, expected) => {
    expect(parseWorkflowCommand(line)).toEqual(expected)
  })

  it.each(['', 'said ::error::x', '::error x', '::unknown::x', '[error]x', '::::x'])('sees none in %j', (line) => {
    expect(parseWorkflowCommand(line)).toBeUndefined()
  })

  it('knows the token that resumes commands', () => {
    expect(parseWorkflowCommand('::abc::')).toBeUndefined()
    expect(parseWorkflowCommand('::abc::', 'abc')).toMatchObject({ name: 'abc' })
  })
})
