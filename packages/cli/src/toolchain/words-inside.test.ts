import { expect, it } from 'vitest'
import { wordsInside } from './words-inside.ts'

const words = (line: string, status: 'simple' | 'full') =>
  wordsInside({ argv: line.split(' '), command: 'run', spec: { status } }).join(' ')

it.each([
  ['run --toolchain docker -- ./test', 'run --status=simple --toolchain docker -- ./test'],
  ['run -- ./test --status', 'run --status=simple -- ./test --status'],
  ['run ./test --status=full', 'run --status=simple ./test --status=full'],
  ['--cache-dir run --quiet run -- true', '--cache-dir run --quiet run --status=simple -- true'],
  ['--cache-dir=run run -- run', '--cache-dir=run run --status=simple -- run'],
  ['run --status simple -- true', 'run --status=simple --status simple -- true'],
])('chooses the simple status inside a container when it was chosen outside: %s', (line, expected) => {
  expect(words(line, 'simple')).toBe(expected)
})

it('passes the words of a command on as they are', () => {
  expect(words('run --status full -- true', 'full')).toBe('run --status full -- true')
})
