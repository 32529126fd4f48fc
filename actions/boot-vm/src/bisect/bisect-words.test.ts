import { expect, it } from 'vitest'
import { givenOptions } from '@kernelkit/core/options'
import { bisectWords } from './bisect-words.ts'
import { parsePullRequest } from './pull-request.ts'

it('the bisection of a step asks with its options, absolute files and its script as one word', () => {
  const options = givenOptions({
    bisect: true,
    run: 'x',
    kernel: 'debian:12/cloud',
    image: 'root.img',
    memory: '1G',
    disk: ['a.img:ro'],
    initrd: 'my.cpio',
    noCwd: true,
    env: ['MINE', 'TWO=2'],
    artifacts: 'out',
    append: ['-x y'],
    keep: true,
  })
  const words = bisectWords({
    options,
    kernel: { kind: 'fixed', kernel: 'debian:12/cloud' },
    image: '/images/root.img',
    script: 'make\n--check "$HOME"',
    shell: ['python3', '{0}'],
    good: 'a'.repeat(40),
    bad: 'b'.repeat(40),
    storeRoot: '/store',
    cwd: '/work',
    variables: { CI: 'true' },
  })
  const at = words.indexOf('--')
  expect(words.slice(0, 5)).toEqual(['bisect', '--json', '--cache-dir=/store', '--kernel=debian:12/cloud', '--image=/images/root.img'])
  expect(words.slice(5, at).join('\n')).toBe(
    `--initrd=/work/my.cpio\n--append=-x y\n--memory=1G\n--disk=a.img:ro\n--no-cwd\n--env=CI=true\n--env=MINE\n--env=TWO=2\n${'a'.repeat(40)}\n${'b'.repeat(40)}`,
  )
  expect(words.slice(at + 1, at + 5)).toEqual(['/bin/sh', '-c', `printf '%s\\n' "$0" | "$@"`, 'make\n--check "$HOME"'])
  expect(words.slice(-2)).toEqual(['python3', '/run/kernelkit/bisect/script'])
})

it.each([
  [{ pull_request: { base: { sha: 'a'.repeat(40) }, head: { sha: 'b'.repeat(40) } } }, { base: 'a'.repeat(40), head: 'b'.repeat(40) }],
  [{ pull_request: { base: { sha: '--upload-pack=x' }, head: { sha: 'b'.repeat(40) } } }, undefined],
  [{ pull_request: { base: {} } }, undefined],
  [{ push: true }, undefined],
])('the ends of a pull request are hashes of its payload: %j', (payload, expected) => {
  expect(parsePullRequest(JSON.stringify(payload))).toEqual(expected)
  expect(parsePullRequest('no json')).toBeUndefined()
})
