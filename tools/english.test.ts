import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findWords, proseOfMarkdown, proseOfTypeScript, type AllowedUse } from './english.ts'
import { repository } from './source-files.ts'

/** What is held to the glossary of CONTRIBUTING.md. Directories of TypeScript join with a pattern such as `packages/core/src/**`. */
const patterns: readonly string[] = [
  '*.md',
  'docs/*.md',
  'docker/*.md',
  'examples/**/*.{md,yml,yaml,ts,sh}',
  'actions/README.md',
  'actions/*/README.md',
  'packages/*/README.md',
  '.changeset/*.md',
  '.github/**/*.yml',
]

/** Rendered from sources that are checked where they are written. */
const rendered: readonly string[] = ['docs/errors.md', 'docs/config.md']

const allowed: readonly AllowedUse[] = [
  { file: 'CONTRIBUTING.md', text: '| do not write |', reason: 'the glossary itself' },
]

const files = globSync([...patterns], { cwd: repository })
  .filter((file) => !rendered.includes(file))
  .toSorted()

function proseOf(file: string, text: string): string {
  if (file.endsWith('.md')) return proseOfMarkdown(text)
  return file.endsWith('.ts') ? proseOfTypeScript(text) : text
}

describe('the English of the documentation', () => {
  it('covers the README, docs, examples, package pages and changesets', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/vm.md', 'examples/boot-vm.ts', 'packages/vm/README.md']))
  })

  it.each(files)('%s has no word that the glossary replaces', (file) => {
    const text = readFileSync(join(repository, file), 'utf8')
    const lines = text.split('\n')
    const found = findWords(proseOf(file, text))
      .filter(({ line }) => !allowed.some((use) => use.file === file && lines[line - 1]?.includes(use.text) === true))
      .map(({ line, word, write }) => `${file}:${line}: "${word}"; write ${write}`)
    expect(found).toEqual([])
  })

  it('still needs each exception', () => {
    const unused = allowed.filter(({ file, text }) => !readFileSync(join(repository, file), 'utf8').includes(text))
    expect(unused).toEqual([])
  })
})

describe('findWords', () => {
  it.each([
    'Choose another folder.',
    'needs two processors',
    'the line that mends it',
    'the command ended with 3',
    'the log tells places',
    'the VM goes on',
    'it stands in the file',
    'a reason behind it',
    'the vmlinux beside it',
    'a file of somebody else',
    'that is no bzImage',
    'options that cannot be had',
    'a fault of QEMU',
    'reset without a word of its kernel',
  ])('finds the word in: %s', (text) => {
    expect(findWords(`fine\n${text}`).map(({ line }) => line)).toEqual([2])
  })

  it.each(['OWNER stands for the owner', 'there is no kernel', 'is no longer there', 'no container is left behind', 'the microprocessor', 'intend'])(
    'accepts: %s',
    (text) => {
      expect(findWords(text)).toEqual([])
    },
  )
})

describe('prose', () => {
  it('of Markdown leaves out code, output, addresses and rendered tables, and keeps line numbers', () => {
    const text = 'a `folder`\n```\nfolder\n```\n<!-- inputs -->\nfolder\n<!-- /inputs -->\n[x](folder.md)\nfolder\n```sh\n# folder\n```\n'
    expect(findWords(proseOfMarkdown(text)).map(({ line }) => line)).toEqual([9, 11])
  })

  it('of TypeScript is comments and strings', () => {
    const text = "// folder\nconst folder = 'a'\n/* x\n folder */\nfail(`folder ${folder}`, \"it's a\", 'folder')\n"
    expect(findWords(proseOfTypeScript(text)).map(({ line }) => line)).toEqual([1, 4, 5, 5])
  })
})
