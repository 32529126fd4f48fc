import { expect, it } from 'vitest'
import { parseOomKills } from './memory-events.ts'

it.each([
  ['low 0\nhigh 0\nmax 12\noom 3\noom_kill 2\noom_group_kill 0\n', 2],
  ['oom_kill_disable 0\nunder_oom 0\noom_kill 1\n', 1],
  ['', 0],
])('parseOomKills counts the victims of the OOM killer in %j', (stdout, expected) => {
  expect(parseOomKills({ stdout })).toBe(expected)
})
