import { UserError, message, option } from '@kernelkit/core/errors'
import { writeError } from '@kernelkit/core/options'
import { expect, it } from 'vitest'
import { fixText } from './test-dry-run.ts'

it('keeps the words of kernelkit.yaml when the command prints the error of a test', () => {
  const place = { file: 'kernelkit.yaml', key: 'tests[0].vm.kernel', line: 4, column: 9 }
  const error = new UserError('FILE_NOT_FOUND', message`${option('kernel')} names no file.`, {
    hint: message`Write ${option('kernel', 'DIR')}.`,
  })
  const fixed = fixText(error, { door: 'file', places: { kernel: place } })
  expect(writeError(fixed, { door: 'command' })).toMatchObject({
    code: 'FILE_NOT_FOUND',
    message: '`kernel:` (line 4) names no file.',
    hint: 'Write `kernel: DIR`.',
  })
})
