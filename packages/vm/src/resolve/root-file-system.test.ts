import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost } from '@kernelkit/host'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { readImageFacts } from './root-file-system.ts'

let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kernelkit-image-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

/** The header of docs/interop/qcow2 with these fields. */
function qcow2({ version = 3, backing = 0n, incompatible = 0n }): Buffer {
  const head = Buffer.alloc(512)
  head.write('QFI\xfb', 'latin1')
  head.writeUInt32BE(version, 4)
  head.writeBigUInt64BE(backing, 8)
  head.writeBigUInt64BE(incompatible, 72)
  return head
}

it.each<[string, Parameters<typeof qcow2>[0], boolean]>([
  ['alone', {}, true],
  ['of version 2, whose bytes there mean nothing', { version: 2, incompatible: 4n }, true],
  ['that is marked dirty', { incompatible: 1n }, true],
  ['with a backing file', { backing: 0x70n }, false],
  ['of version 2 with a backing file', { version: 2, backing: 0x48n }, false],
  ['with an external data file', { incompatible: 5n }, false],
])('a qcow2 image %s', async (name, fields, isTaken) => {
  const path = join(scratch, `${name.replaceAll(/\W/g, '-')}.img`)
  await writeFile(path, qcow2(fields))
  const facts = readImageFacts(nodeHost(), path)
  if (isTaken) expect(await facts).toMatchObject({ format: 'qcow2' })
  else await expect(facts).rejects.toMatchObject({ code: 'IMAGE_REFERS' })
})
