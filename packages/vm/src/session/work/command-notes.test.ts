import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { writeFor } from '@kernelkit/core/options'
import { nodeHost } from '@kernelkit/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { fileAsLine } from './command-notes.ts'
import { commandWords } from './command-words.ts'

let cwd: string
beforeAll(async () => {
  cwd = await mkdtemp(join(tmpdir(), 'kernelkit-notes-'))
  await writeFile(join(cwd, 'my prog'), '')
})
afterAll(() => rm(cwd, { recursive: true }))

const notes = async (words: readonly string[], exitCode: number): Promise<readonly string[]> =>
  (await fileAsLine(nodeHost({ cwd }), { argv: commandWords(words, false).argv, exitCode })).map((note) =>
    writeFor(note, { door: 'command' }),
  )

it('a file whose name has a blank, which was taken for a line, is named with the command that runs it', async () => {
  expect(await notes(['./my prog'], 127)).toEqual([
    "'./my prog' is a file of this host, and one word with blanks is a line for a shell: run it with `kernelkit run -- env './my prog'`.",
  ])
  expect(await notes(['./no prog'], 127)).toEqual([])
  expect(await notes(['./my prog'], 1)).toEqual([])
  expect(await notes(['env', './my prog'], 127)).toEqual([])
})
