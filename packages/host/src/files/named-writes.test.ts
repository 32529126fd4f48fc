import { execFileSync } from 'node:child_process'
import { mkdtemp, readdir, rm, symlink } from 'node:fs/promises'
import { once } from 'node:events'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { nodeHost } from '../node-host.ts'
import { explainSystemError } from '../process/system-error.ts'

const { fs } = nodeHost()
const full = { code: 'DISK_FULL', message: 'no space is left at /dev/full.' }
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-writes-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

it.each([
  ['writeFile', () => fs.writeFile('/dev/full', 'x')],
  ['appendFile', () => fs.appendFile('/dev/full', 'x')],
  ['a stream', () => once(fs.createWriteStream('/dev/full').end('x'), 'finish')],
  [
    'a stream with several chunks',
    () => {
      const stream = fs.createWriteStream('/dev/full')
      stream.write('x')
      stream.write('y')
      return once(stream.end('z'), 'finish')
    },
  ],
])('A write of %s to a full disk names the file.', async (_title, write) => {
  const error = await write().then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(explainSystemError(error)).toMatchObject(full)
})

it('A stream of which a part was written to a full disk ends with that error.', () => {
  const program = `import { createNamedWriteStream } from ${JSON.stringify(join(import.meta.dirname, 'named-writes.ts'))}
const stream = createNamedWriteStream(process.argv[1])
stream.on('error', ({ code, path }) => console.log(code, path))
stream.write(Buffer.alloc(1 << 20))
stream.end(Buffer.alloc(1 << 20))`
  const path = join(directory, 'part')
  // A limit of 8 blocks of 512 bytes to 1 KiB; ignored SIGXFSZ becomes EFBIG (setrlimit(2)).
  const line = 'ulimit -f 8; trap \'\' XFSZ; exec "$@"'
  const printed = execFileSync('bash', ['-c', line, 'sh', process.execPath, '--input-type=module', '-e', program, path], {
    encoding: 'utf8',
  })
  expect(printed).toBe(`EFBIG ${path}\n`)
})

it('A file that cannot be replaced as a whole is named by its own name and leaves no temporary file.', async () => {
  const path = join(directory, 'missing', 'file')
  await expect(fs.writeAtomic(path, 'x')).rejects.toMatchObject({ code: 'ENOENT', path })
  const taken = join(directory, 'taken')
  await fs.mkdir(join(taken, 'below'), { recursive: true })
  await expect(fs.writeAtomic(taken, 'x')).rejects.toMatchObject({ path: taken })
  await symlink('/dev/full', join(directory, 'link'))
  expect((await readdir(directory)).toSorted()).toEqual(['link', 'part', 'taken'])
})
