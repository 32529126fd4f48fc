import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { givenOptions, type RefreshRhythm } from '@kernelkit/core/options'
import { parseImageSpec } from '@kernelkit/core/options/build'
import { nodeHost, openStore, silentLogger, type Host, type Store } from '@kernelkit/host'
import { resolveRelease } from './release-memory.ts'

const day = 24 * 3600 * 1000
let directory: string
let now: number
let warnings: string[]
let host: Host
let store: Store

beforeEach(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
  now = Date.UTC(2026, 0, 1)
  warnings = []
  host = { ...nodeHost({ cwd: directory, log: { ...silentLogger, warn: (line) => warnings.push(line) } }), now: () => now }
  store = await openStore(host, join(directory, 'store'))
})
afterEach(() => rmSync(directory, { recursive: true, force: true }))

function publish(date: string, more = ''): void {
  mkdirSync(join(directory, 'mirror/dists/bookworm'), { recursive: true })
  writeFileSync(join(directory, 'mirror/dists/bookworm/InRelease'), `Codename: bookworm\nDate: ${date}\nArchitectures: all amd64\n${more}`)
}
function know({
  refresh = 'weekly',
  ask = false,
  arch = 'x86_64',
  mirror = `file://${directory}/mirror`,
}: { refresh?: RefreshRhythm; ask?: boolean; arch?: string; mirror?: string } = {}) {
  return resolveRelease(host, store, {
    spec: parseImageSpec(givenOptions({ suite: 'bookworm', mirror, refresh, arch }), { hostArch: 'x86_64' }),
    tools: { tool: 'mmdebstrap' },
    ask,
  })
}

describe('resolveRelease', () => {
  test('resolveRelease asks the mirror once per refresh window', async () => {
    publish('Sat, 11 Jul 2026 10:16:37 UTC')
    const first = await know()
    publish('Sun, 12 Jul 2026 10:16:37 UTC')
    now += 6 * day
    expect((await know()).digest).toBe(first.digest)
    expect((await know({ refresh: 'daily' })).digest).not.toBe(first.digest)
    now += 60 * day
    publish('Mon, 13 Jul 2026 10:16:37 UTC')
    const old = await know({ refresh: 'never' })
    expect((await know()).digest).not.toBe(old.digest)
  })

  test('resolveRelease asks again when packages will be fetched', async () => {
    publish('Sat, 11 Jul 2026 10:16:37 UTC')
    const first = await know()
    publish('Sun, 12 Jul 2026 10:16:37 UTC')
    expect((await know({ ask: true })).digest).not.toBe(first.digest)
  })

  test('resolveRelease warns that a mirror is frozen, and uses it', async () => {
    publish('Sat, 11 Jul 2025 10:16:37 UTC', 'Valid-Until: Sat, 18 Jul 2025 10:16:37 UTC\n')
    await know()
    expect(warnings.join()).toMatch(/valid until 2025-07-18: a frozen mirror/)
  })

  test('resolveRelease names the mirror that lacks the suite', async () => {
    mkdirSync(join(directory, 'mirror'))
    await expect(know()).rejects.toMatchObject({
      code: 'UNKNOWN_SUITE',
      message: expect.stringContaining(`file://${directory}/mirror (--mirror)`),
    })
  })

  test('resolveRelease names the architectures that the suite has', async () => {
    publish('Sat, 11 Jul 2026 10:16:37 UTC')
    await expect(know({ arch: 'i386' })).rejects.toMatchObject({
      code: 'UNKNOWN_SUITE',
      message: expect.stringContaining('it has all, amd64'),
    })
  })

  test('resolveRelease uses the cached Release file when the mirror does not answer, and warns', async () => {
    const mirror = 'http://127.0.0.1:9/debian'
    await expect(know({ mirror })).rejects.toMatchObject({ code: 'MIRROR_UNREACHABLE' })
    publish('Sat, 11 Jul 2026 10:16:37 UTC')
    const known = await know()
    const directoryOf = await store.workDirectory('state', 'releases')
    const names = await host.fs.readdir(directoryOf)
    await host.fs.rename(join(directoryOf, names[0] ?? ''), join(directoryOf, `bookworm-${host.sha256(mirror).slice(0, 12)}.json`))
    now += 30 * day
    expect((await know({ mirror })).digest).toBe(known.digest)
    expect(warnings.join()).toMatch(/no mirror could be asked.*Using the cached Release file of 30 days ago/)
  })
})
