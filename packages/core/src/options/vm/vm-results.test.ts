import { describe, expect, it } from 'vitest'
import { givenOptions } from '../given.ts'
import { parseVmSpec } from './vm.ts'

const run = (raw: Readonly<Record<string, unknown>>) => parseVmSpec(givenOptions(raw), { command: 'run' })

describe('--format, --kunit and --junit', () => {
  it('look for results on stdout by default, and write none', () => {
    expect(run({})).toMatchObject({ format: 'auto', kunit: undefined, junit: undefined })
    expect(run({ format: 'tap', junit: 'out.xml' })).toMatchObject({ format: 'tap', junit: 'out.xml' })
  })

  it('boot an initramfs alone for KUnit, where an oops may be on purpose', () => {
    expect(run({ kunit: true })).toMatchObject({ kunit: { glob: undefined }, root: { kind: 'none' }, shareCwd: false, onOops: 'continue' })
    expect(run({ kunit: 'ext4*', onOops: 'panic', root: 'none' })).toMatchObject({ kunit: { glob: 'ext4*' }, onOops: 'panic' })
  })

  it.each<[Readonly<Record<string, unknown>>, RegExp]>([
    [{ format: 'tab' }, /allowed: auto, exit, tap, ktap/],
    [{ kunit: 'a b' }, /pattern without blanks/],
    [{ kunit: true, image: 'x.ext4' }, /--image 'x.ext4' does not go together with --kunit/],
    [{ kunit: true, root: 'host' }, /--root 'host'.*--kunit/],
    [{ kunit: true, keep: true }, /--keep.*--kunit/],
    [{ kunit: true, env: ['A=1'] }, /--env 'A=1'.*--kunit/],
    [{ kunit: true, format: 'exit' }, /--format 'exit'.*ktap with --kunit/],
  ])('refuse %j', (raw, message) => expect(() => run(raw)).toThrow(message))
})
