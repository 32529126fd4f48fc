import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { printable } from '@kernelkit/core/text'
import type { KernelReport } from '@kernelkit/core/report'
import { nodeHost, openStore } from '@kernelkit/host'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makeEvidenceDirectory } from './evidence-directory.ts'
import { evidenceDocument } from './evidence-paths.ts'
import { recordVerdict } from './record-verdict.ts'

const host = nodeHost()
let scratch = ''
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'kernelkit-evidence-'))
})
afterAll(() => rm(scratch, { recursive: true, force: true }))

const report: KernelReport = {
  kind: 'warning',
  title: 'WARNING in frob',
  function: 'frob',
  source: 'drivers/frob.c',
  line: 9,
  process: undefined,
  startLine: 3,
  endLine: 5,
  headline: 'WARNING: CPU: 0 PID: 1 at drivers/frob.c:9 frob+0x1/0x2',
  trace: [{ function: 'frob', offset: 1, inlined: false }],
}

describe('makeEvidenceDirectory', () => {
  it('replaces an earlier run in a named directory, and keeps other files', async () => {
    const named = join(scratch, 'deep', 'named')
    const store = await openStore(host, join(scratch, 'store'))
    const directory = await makeEvidenceDirectory(host, { store, id: 'a', named })
    for (const name of ['reports.json', 'mine']) await writeFile(join(directory, name), 'x')
    expect(await makeEvidenceDirectory(host, { store, id: 'b', named })).toBe(named)
    expect(await readdir(named)).toEqual(['mine'])
  })

  it('refuses a file in its place by name', async () => {
    const named = join(scratch, 'file')
    await writeFile(named, '')
    const store = await openStore(host, join(scratch, 'store'))
    await expect(makeEvidenceDirectory(host, { store, id: 'a', named })).rejects.toMatchObject({
      code: 'ACCESS_DENIED',
      message: expect.stringContaining(named),
    })
  })

  it('keeps the last 50 in the store', async () => {
    const store = await openStore(host, join(scratch, 'many'))
    for (let n = 0; n < 53; n++) {
      const ended = await makeEvidenceDirectory(host, { store, id: `${n}`.padStart(2, '0'), named: undefined })
      await writeFile(join(ended, 'result.json'), '{}')
    }
    const kept = await readdir(await store.workDirectory('runs'))
    expect(kept.length).toBeLessThanOrEqual(51)
    expect(kept.some((name) => name.endsWith('-52'))).toBe(true)
  })

  it.each(['matrix-00000', '0123456789a'])('keeps that of %s, which may still be running, whatever runs next to it', async (id) => {
    const store = await openStore(host, join(scratch, id))
    const at = (ms: number) => ({ ...host, now: () => ms })
    const make = (ms: number, id: string) => makeEvidenceDirectory(at(ms), { store, id, named: undefined })
    const day = 24 * 3600 * 1000
    const now = host.now()
    const [old, running] = [await make(now - 2 * day, `${id}1`), await make(now - day / 2, `${id}2`)]
    for (let n = 0; n < 53; n++) await make(now, `${n}`.padStart(2, '0'))
    expect([await host.fs.exists(old), await host.fs.exists(running)]).toEqual([false, true])
  })
})

describe('recordVerdict', () => {
  const record = async (reports: readonly KernelReport[], text: string | undefined) => {
    const directory = await mkdtemp(join(scratch, 'run-'))
    const options = { source: 'x', text, value: () => undefined }
    const plan = { kernel: { options } } as unknown as Parameters<typeof recordVerdict>[1]['plan']
    const document = (evidence: Parameters<typeof evidenceDocument>[0]) => ({ verdict: 'splat', evidence: evidenceDocument(evidence) })
    return { directory, ...(await recordVerdict(host, { directory, plan, reports, junit: '<testsuites/>', document })) }
  }

  it('writes the document that it answers, and names only what there is', async () => {
    const { directory, document, evidence } = await record([], undefined)
    expect((await readdir(directory)).toSorted()).toEqual(['junit.xml', 'result.json'])
    expect(JSON.parse(await readFile(evidence.result, 'utf8'))).toEqual(document)
    expect(document).toMatchObject({ evidence: { directory, reports: null, config: null, junit: evidence.junit } })
  })

  it('writes reports as JSON and as text', async () => {
    const { evidence } = await record([report], 'CONFIG_X=y\n')
    expect(JSON.parse(await readFile(evidence.reports ?? '', 'utf8'))).toMatchObject([{ kind: 'warning', process: null }])
    expect(await readFile(evidence.reportsText ?? '', 'utf8')).toMatch(/^console\.log:3: WARNING in frob\n.*drivers\/frob\.c:9/)
  })

  it('writes nothing that does something to the terminal on which a text is printed; JSON keeps what it says', async () => {
    const hostile = 'frob\u001B]0;owned\u0007\u009B2J\u202E\u007F'
    const { directory, evidence } = await record([{ ...report, title: hostile, headline: hostile, function: hostile }], undefined)
    for (const name of await readdir(directory)) {
      const text = await readFile(join(directory, name), 'utf8')
      expect({ name, text }).toEqual({ name, text: printable(text) })
    }
    expect(JSON.parse(await readFile(evidence.reports ?? '', 'utf8'))).toMatchObject([{ title: hostile }])
  })
})
