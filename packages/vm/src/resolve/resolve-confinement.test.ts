import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { homeCredentials } from '@kernelkit/core/confine'
import { nodeHost, type Host } from '@kernelkit/host'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findHidden } from './resolve-confinement.ts'

let home = ''
beforeAll(async () => {
  home = await realpath(await mkdtemp(join(tmpdir(), 'kernelkit-credentials-')))
  for (const name of [...homeCredentials, 'kept', '.config/kept']) {
    await mkdir(dirname(join(home, name)), { recursive: true })
    await writeFile(join(home, name), 'a secret')
  }
})
afterAll(() => rm(home, { recursive: true, force: true }))

const hiddenOf = async (directory: string, expose: readonly string[] = []): Promise<readonly string[]> => {
  const host: Host = { ...nodeHost(), home }
  const shares = [{ host: directory, tag: 'share', readonly: true }]
  const { hidden } = await findHidden(host, {
    vm: { expose, unconfined: false, qemuArgs: [], reader: { door: 'command' }, keep: false },
    shares,
    qemu: '/bin/true',
  })
  return hidden.map(({ path }) => path).filter((path) => path.startsWith(`${home}/`))
}

describe('what of a home is hidden from a guest that gets it', () => {
  it('is every file of the list of credentials, and nothing else', async () => {
    const all = homeCredentials.map((name) => join(home, name))
    expect((await hiddenOf(home)).toSorted()).toEqual(all.toSorted())
  })

  it('is not what --expose names', async () => {
    expect(await hiddenOf(home, [join(home, '.netrc')])).not.toContain(join(home, '.netrc'))
    expect(await hiddenOf(join(home, '.config'))).toContain(join(home, '.config/gh'))
    expect(await hiddenOf(join(home, '.config'))).not.toContain(join(home, '.netrc'))
  })
})
