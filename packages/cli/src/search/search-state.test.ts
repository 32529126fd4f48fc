import { appendFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost, openStore, type Store } from '@kernelkit/host'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openSearchState } from './search-state.ts'

let directory = ''
let store: Store
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-search-'))
  await mkdir(join(directory, 'project/src'), { recursive: true })
  await writeFile(join(directory, 'project/src/helper.py'), 'one')
  await writeFile(join(directory, 'project/prog'), 'one', { mode: 0o755 })
  store = await openStore(nodeHost(), join(directory, 'store'))
})
afterEach(() => rm(directory, { recursive: true }))

const open = () => {
  const cwd = join(directory, 'project')
  const isOne = (value: unknown): value is string => typeof value === 'string'
  return openSearchState<string>(nodeHost({ cwd }), store, {
    kind: 'since',
    question: 1,
    argv: ['make', 'check'],
    directory: cwd,
    except: [join(cwd, 'evidence')],
    isOne,
  })
}
const knows = async () => {
  const { known, outdated } = await open()
  return { known, outdated }
}

it('A search that was interrupted has its answers, until it ends.', async () => {
  const state = await open()
  await state.add('a')
  expect(await knows()).toEqual({ known: ['a'], outdated: 0 })
  await state.end()
  expect(await knows()).toEqual({ known: [], outdated: 0 })
})

it.each([
  ['a program', 'prog'],
  ['a file that it reads', 'src/helper.py'],
])('Answers are not those of %s that has changed since.', async (_title, name) => {
  await (await open()).add('a')
  await appendFile(join(directory, 'project', name), 'more')
  expect(await knows()).toEqual({ known: [], outdated: 1 })
})

it('What a search leaves there changes nothing: its evidence, and files that take its output.', async () => {
  await (await open()).add('a')
  await mkdir(join(directory, 'project/evidence'))
  for (const name of ['evidence/console', 'search.log', 'out', 'results.json']) await writeFile(join(directory, 'project', name), 'x')
  expect(await knows()).toEqual({ known: ['a'], outdated: 0 })
})
