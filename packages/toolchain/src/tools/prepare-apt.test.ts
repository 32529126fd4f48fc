import { expect, test } from 'vitest'
import { withPockets } from './prepare-apt.ts'

test.each([
  [
    'deb http://mirror.example/debian bookworm main\n',
    [
      'deb http://mirror.example/debian bookworm main',
      'deb http://mirror.example/debian bookworm-updates main',
      'deb http://mirror.example/debian-security bookworm-security main',
    ],
  ],
  [
    'deb [signed-by=/k.gpg] http://mirror.example/ubuntu noble main universe\n',
    [
      'deb [signed-by=/k.gpg] http://mirror.example/ubuntu noble main universe',
      'deb [signed-by=/k.gpg] http://mirror.example/ubuntu noble-updates main universe',
      'deb [signed-by=/k.gpg] http://mirror.example/ubuntu noble-security main universe',
    ],
  ],
])('withPockets adds the pockets of updates to %j', (list, lines) => {
  expect(withPockets(list)).toBe(`${lines.join('\n')}\n`)
})

test.each(['', 'deb http://a/debian x main\ndeb http://a/debian x-updates main\n', 'deb nonsense\n'])(
  'withPockets leaves %j as it is',
  (list) => {
    expect(withPockets(list)).toBe(list)
  },
)
