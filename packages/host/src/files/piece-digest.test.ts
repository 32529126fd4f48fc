import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { silentLogger } from '../logger.ts'
import { digestPieces } from './piece-digest.ts'

const host = nodeHost({ log: silentLogger })
const withoutExtents = { ...host, run: () => Promise.reject(new Error('no such program')) }
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-pieces-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

interface Written {
  readonly at: number
  readonly text: string | Uint8Array
}

const MiB = 2 ** 20

async function makeFile(name: string, { size, parts }: { readonly size: number; readonly parts: readonly Written[] }): Promise<string> {
  const path = join(directory, name)
  await using file = await open(path, 'w')
  await file.truncate(size)
  for (const { at, text } of parts) await file.write(Buffer.from(text), 0, undefined, at)
  return path
}

it.each<[string, readonly Written[]]>([
  ['nothing', []],
  ['its first byte', [{ at: 0, text: 'a' }]],
  ['its last byte', [{ at: 64 * MiB + 6, text: 'z' }]],
  ['two bytes around the edge of a piece', [{ at: 5 * MiB - 1, text: 'ab' }]],
  [
    'parts far apart, and two in one piece',
    [
      { at: 3 * MiB, text: 'a' },
      { at: 3 * MiB + 65_536, text: 'b' },
      { at: 40 * MiB, text: 'c' },
    ],
  ],
])('the digest of a file with holes that holds %s is the same where no one says what is written', async (name, parts) => {
  const path = await makeFile(name, { size: 64 * MiB + 7, parts })
  const digest = await digestPieces(host, path)
  expect(digest).toEqual(await digestPieces(withoutExtents, path))
  expect(digest.bytes).toBe(64 * MiB + 7)
})

it('the digest is the same for a hole and for zeros, and differs by a byte and by its place', async () => {
  const size = 8 * MiB
  const digestOf = async (name: string, parts: readonly Written[]) =>
    (await digestPieces(host, await makeFile(name, { size, parts }))).sha256
  const one = { at: 3 * MiB, text: 'one' }
  const digest = await digestOf('holes', [one])
  expect(await digestOf('zeros', [{ at: 0, text: new Uint8Array(size) }, one])).toBe(digest)
  const others = [
    { at: 3 * MiB, text: 'two' },
    { at: 4 * MiB, text: 'one' },
  ]
  for (const other of others) expect(await digestOf('other', [other])).not.toBe(digest)
})

it('no hole of a file is read', async ({ skip }) => {
  const path = await makeFile('read', {
    size: 64 * MiB,
    parts: [
      { at: 0, text: 'a' },
      { at: 20 * MiB, text: 'b' },
    ],
  })
  const { exitCode } = await host.run(['filefrag', path], { reject: false })
  skip(exitCode !== 0, `filefrag does not show what is written on the file system of ${directory}`)
  const read: number[] = []
  const watched = {
    ...host,
    fs: {
      ...host.fs,
      open: async (...words: Parameters<typeof open>) => {
        const file = await open(...words)
        const real = file.read.bind(file) as (...args: readonly unknown[]) => ReturnType<typeof file.read>
        file.read = (...args: readonly unknown[]) => {
          read.push(Number(args[3]))
          return real(...args)
        }
        return file
      },
    },
  }
  await digestPieces(watched, path)
  expect(read).toEqual([0, 20 * MiB])
})
