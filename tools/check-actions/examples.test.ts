import { expect, it } from 'vitest'
import { checkFiles } from './check-files.ts'
import { readFilesToCheck } from './read-files.ts'
import type { YamlText } from './yaml-file.ts'

const files = readFilesToCheck()

/** Below the step's own `with:`. */
function plantInput({ file, text }: YamlText): YamlText {
  const planted = text.replace(/(actions\/boot-vm@v\d+\n( +)with:\n)/, '$1$2  rum: uname\n')
  return { file, text: planted }
}

it.each(files.workflows.filter(({ file }) => file.startsWith('examples/')))(
  '$file fails the check with a wrong input in it',
  async (example) => {
    const problems = await checkFiles({ ...files, workflows: [plantInput(example)], pages: [] })
    expect(problems).toEqual([
      expect.objectContaining({
        file: example.file,
        message: expect.stringMatching(/^boot-vm has no input rum; it has .*\brun\b/) as unknown,
      }),
    ])
  },
)
