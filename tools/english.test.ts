import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { findWords, proseOfMarkdown, proseOfTypeScript, type AllowedUse } from './english.ts'
import { repository } from './source-files.ts'

/** What is checked against the glossary of CONTRIBUTING.md; sources join with a pattern such as `packages/core/src/**\/*.ts`. */
const patterns: readonly string[] = [
  '*.md',
  'docs/*.md',
  'docker/*.md',
  'examples/**/*.{md,yml,yaml,ts,sh}',
  'actions/README.md',
  'actions/*/README.md',
  'packages/*/README.md',
  'packages/{host,kernel,image,toolchain}/{src,test}/**/*.ts',
  '.changeset/*.md',
  '.github/**/*.yml',
  'tools/**/*.ts',
  'bench/**/*.ts',
  'packages/vm/{src,test,agent}/**/*.{ts,c,h}',
  'packages/core/{src/!(report|ktap|decode)/**/*,src/ambient.d,test/{launch,run-facts}}.ts',
  'packages/{cli,action-kit,testing}/{src,test}/**/*.ts',
  'packages/cli/bin/*.js',
  'actions/*.ts',
  'actions/*/{src,test}/**/*.ts',
  'e2e/**/*.ts',
]

const skipped: readonly string[] = [
  // Rendered from sources, which are to be checked where they are written.
  'docs/errors.md',
  'docs/config.md',
  // The words themselves.
  'tools/english.ts',
  'tools/english.test.ts',
]

/** Uses that are right, each with its reason. */
const allowed: readonly AllowedUse[] = [
  // The agent's line in the kernel log, and a user of Debian.
  ...['results', 'run-command'].map((name) => ({
    file: `packages/vm/src/session/work/${name}.test.ts`,
    text: 'kernelkit: command ended with 0',
    reason: 'the line that the agent prints in the kernel log',
  })),
  ...['src/process/exec.vm.test.ts', 'test/guest.ts'].map((name) => ({
    file: `packages/vm/${name}`,
    text: 'nobody',
    reason: 'the name of a user of every distribution',
  })),
  ...[
    { file: 'console-login.ts', text: 'has no device behind it' },
    { file: 'console-login.ts', text: 'waits when nobody answers' },
    { file: 'ssh-server.ts', text: 'with the processor for itself' },
    { file: 'ssh-server.ts', text: 'everybody comes from the one address' },
    { file: 'trims.ts', text: 'nobody asks for a password at boot' },
  ].map(({ file, text }) => ({
    file: `packages/core/src/debootstrap/customisation/${file}`,
    text,
    reason: 'a part of the content key of every image: changed together with something that makes new images anyway',
  })),
  { file: 'packages/core/src/console/recognise.test.ts', text: 'kernelkit: command ended with 0', reason: 'what the guest agent prints' },
]

const files = globSync([...patterns], { cwd: repository })
  .filter((file) => !skipped.includes(file))
  .toSorted()

function proseOf(file: string, text: string): string {
  if (file.endsWith('.md')) return proseOfMarkdown(text)
  return file.endsWith('.ts') ? proseOfTypeScript(text) : text
}

describe('the English of the documentation', () => {
  it('covers the README, docs, examples, package pages and changesets', () => {
    expect(files).toEqual(expect.arrayContaining(['README.md', 'docs/vm.md', 'examples/boot-vm.ts', 'packages/vm/README.md']))
  })

  it.each(files)('%s has no word that the glossary replaces, and no exception that it does not need', (file) => {
    const text = readFileSync(join(repository, file), 'utf8')
    const lines = text.split('\n')
    const uses = allowed.filter((use) => use.file === file)
    const found = findWords(proseOf(file, text)).map((word) => ({
      ...word,
      use: uses.find(({ text: piece }) => lines[word.line - 1]?.includes(piece) === true),
    }))
    const wrong = found.filter(({ use }) => use === undefined).map(({ line, word, write }) => `${file}:${line}: "${word}"; write ${write}`)
    expect(wrong).toEqual([])
    expect(uses.filter((use) => !found.some((word) => word.use === use))).toEqual([])
  })
})

it('the code has directories, no folders: names and error codes included', () => {
  const sources = globSync(['{packages,actions}/*/{src,test}/**/*.{ts,c,h}', '{e2e,tools,bench,examples}/**/*.ts'], { cwd: repository })
  const named = sources.filter((file) => !skipped.includes(file) && /folder/i.test(readFileSync(join(repository, file), 'utf8')))
  expect(named).toEqual([])
  expect(sources.length).toBeGreaterThan(900)
})

const glossary = /<!-- glossary -->([^]*?)<!-- \/glossary -->/.exec(readFileSync(join(repository, 'CONTRIBUTING.md'), 'utf8'))?.[1] ?? ''
const rows = glossary
  .trim()
  .split('\n')
  .slice(2)
  .map((row) =>
    row
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, 3),
  )

describe('findWords', () => {
  it.each(rows)('finds the left column of the glossary (%s) and accepts the right one (%s)', (left, right) => {
    expect(findWords(left ?? '')).not.toEqual([])
    expect(findWords(right ?? '')).toEqual([])
  })

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

  it.each([
    'OWNER stands for the owner',
    'there is no kernel',
    'is no longer there',
    'no container is left behind',
    'the microprocessor',
    'intend',
  ])('accepts: %s', (text) => {
    expect(findWords(text)).toEqual([])
  })
})

describe('prose', () => {
  it('of Markdown leaves out code, output, addresses and rendered tables, and keeps line numbers', () => {
    const text =
      'a `folder`\n```\nfolder\n```\n<!-- inputs -->\nfolder\n<!-- /inputs -->\n[x](folder.md)\nfolder\n```sh\n# folder\n```\n```ts\n// folder\nconst folder = 1\n```\nfolder\n'
    expect(findWords(proseOfMarkdown(text)).map(({ line }) => line)).toEqual([9, 11, 14, 17])
  })

  it('of TypeScript is comments and strings', () => {
    const text = "// folder\nconst folder = 'a'\n/* x\n folder */\nfail(`folder ${folder}`, \"it's a\", 'folder')\n"
    expect(findWords(proseOfTypeScript(text)).map(({ line }) => line)).toEqual([1, 4, 5, 5])
  })
})
