import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { createContext } from './context.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-context-'))
})
afterAll(() => rm(directory, { recursive: true }))

it('says that a dry run puts a kernel into the store, when it does', async () => {
  const stderr = new PassThrough()
  const globals = { json: false, dryRun: true, quiet: false, verbose: false, color: false, cacheDir: directory, toolchain: 'host' } as const
  const parts = { stdin: new PassThrough(), stdout: new PassThrough(), stderr, env: {}, now: () => 0, argv: [] }
  const context = await createContext(globals, parts, new AbortController().signal)
  const store = await context.store({ prepares: true })
  const material = [['package', '1']] as const
  const kernel = { kind: 'kernel', material, produce: (to: string) => writeFile(join(to, 'vmlinuz'), 'k') } as const
  for (const cached of [false, true]) expect(await store.obtain(kernel)).toMatchObject({ cached })
  const said = String(stderr.read())
  expect(said.match(/--dry-run: this kernel is not in the store and is put there/g)).toHaveLength(1)
})
