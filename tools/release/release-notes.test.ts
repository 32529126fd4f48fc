import { expect, it } from 'vitest'
import { releaseNotes } from './release-notes.ts'

const changelog = `# kernelkit

## 0.2.0

### Minor Changes

- 1234567: Boot faster

  Twice as fast.

### Patch Changes

- Updated dependencies [1234567]
  - @kernelkit/core@0.2.0

## 0.1.0

### Minor Changes

- 7654321: Boot
`

it('takes the section of the version, without what follows from it for the packages', () => {
  expect(releaseNotes(changelog, '0.2.0')).toBe('### Minor Changes\n\n- 1234567: Boot faster\n\n  Twice as fast.\n\n### Patch Changes')
  expect(releaseNotes(changelog, '0.1.0')).toContain('7654321: Boot')
  expect(() => releaseNotes(changelog, '0.1')).toThrow('no section 0.1')
})
