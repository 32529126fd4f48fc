import { describe, expect, it } from 'vitest'
import { createAnnotator, shownPerJob, shownPerStep, type Annotation } from './annotations.ts'

function start(before = 0, job: ReadonlySet<string> = new Set()) {
  const sent: Annotation[] = []
  const printed: string[] = []
  const annotator = createAnnotator({
    send: (annotation) => sent.push(annotation),
    print: (line) => printed.push(line),
    workspace: '/work',
    cwd: '/work/linux',
    before,
    job,
  })
  return { sent, printed, annotator }
}

describe('annotations', () => {
  it('name files by their path in the repository', () => {
    const { sent, annotator } = start()
    annotator.add({ level: 'error', message: 'no', file: 'fs/inode.c', line: 3, column: 7 })
    annotator.add({ level: 'warning', message: 'hm', file: '/work/ci/check.sh', line: 1 })
    expect(sent).toEqual([
      { level: 'error', message: 'no', file: 'linux/fs/inode.c', line: 3, column: 7 },
      { level: 'warning', message: 'hm', file: 'ci/check.sh', line: 1, column: undefined },
    ])
  })

  it('name a file outside the repository in the message', () => {
    const { sent, annotator } = start()
    annotator.add({ level: 'error', message: 'no', file: '/usr/include/a.h', line: 3 })
    expect(sent).toEqual([{ level: 'error', message: '/usr/include/a.h:3: no' }])
  })

  it('are given once, however often they are added', () => {
    const { sent, annotator } = start()
    for (const line of [1, 1, 2]) annotator.add({ level: 'warning', message: 'hm', file: 'a.c', line })
    expect(sent.map(({ line }) => line)).toEqual([1, 2])
  })

  it('are given once for all steps of a job where they say so, and are lines of the log in later steps', () => {
    const warning = { level: 'warning', title: 'No KVM', message: 'emulated', oncePerJob: true } as const
    const first = start()
    first.annotator.add(warning)
    const second = start(1, first.annotator.titles())
    second.annotator.add({ ...warning, message: 'emulated, as in the step before' })
    second.annotator.add({ level: 'warning', message: 'another' })
    expect(first.sent).toHaveLength(1)
    expect(second.sent.map(({ message }) => message)).toEqual(['another'])
    expect(second.printed).toEqual(['warning: emulated, as in the step before'])
  })

  it('keep room for the reason of a failure, print what GitHub would drop, and count it', () => {
    const { sent, printed, annotator } = start()
    for (let index = 0; index < 12; index++) annotator.add({ level: 'error', message: String(index), file: 'a.c', line: index })
    annotator.add({ level: 'warning', message: 'w' })
    annotator.addFailure({ message: 'the end' })
    expect(sent.filter(({ level }) => level === 'error')).toHaveLength(shownPerStep)
    expect(sent.at(-1)).toMatchObject({ level: 'error', message: 'the end' })
    expect(printed).toEqual(['error: a.c:9: 9', 'error: a.c:10: 10', 'error: a.c:11: 11'])
    expect(annotator.describeLeftOut()).toMatch(/^3 errors more than GitHub shows/)
  })

  it('count what earlier steps of the job have used up', () => {
    const { sent, annotator } = start(shownPerJob - 2)
    annotator.add({ level: 'notice', message: 'one' })
    annotator.add({ level: 'notice', message: 'two' })
    annotator.addFailure({ message: 'the end' })
    expect(sent.map(({ message }) => message)).toEqual(['one', 'the end'])
    expect(annotator.describeLeftOut()).toMatch(/^1 notice more/)
  })
})
