import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { nodeHost } from '@kernelkit/host'
import { chooseGdb } from './choose-gdb.ts'

const places: string[] = []
let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-gdb-'))
  places.push(directory)
})
afterAll(() => places.forEach((place) => rmSync(place, { recursive: true })))

/** This machine's gdb without a part of it: what is asked of that part is asked of something that no gdb has. */
function install(name: string, without?: 'python' | 'i386:x86-64'): void {
  const replace = without === undefined ? 'cat' : `sed s/${without}/kernelkit-has-none/g`
  // Words with blanks come back as one line each.
  const script = `#!/bin/bash
mapfile -t words < <(printf '%s\\n' "$@" | ${replace})
exec /usr/bin/gdb "\${words[@]}"
`
  writeFileSync(join(directory, name), script)
  chmodSync(join(directory, name), 0o755)
}

const choose = () => {
  const host = nodeHost({ env: { PATH: directory } })
  return chooseGdb(
    { ...host, run: (argv, options) => host.run(argv, { ...options, env: { PATH: `${directory}:/usr/bin:/bin` } }) },
    'x86_64',
  )
}

describe('the gdb for a guest', () => {
  it('is that of this machine', async () => {
    install('gdb')
    install('gdb-multiarch')
    expect(await choose()).toEqual({ program: 'gdb', hasPython: true })
  })

  it('may have no Python, as that of gdb-minimal', async () => {
    install('gdb', 'python')
    expect(await choose()).toEqual({ program: 'gdb', hasPython: false })
  })

  it("is gdb-multiarch where the other one lacks the guest's architecture, as on other machines", async () => {
    install('gdb', 'i386:x86-64')
    await expect(choose()).rejects.toMatchObject({
      code: 'HOST_LACKS',
      message: 'gdb on this machine cannot debug guests of x86_64 (i386:x86-64).',
      hint: 'Run `apt-get install -y --no-install-recommends gdb-multiarch`, or install a gdb with all architectures.',
    })
    install('gdb-multiarch')
    expect(await choose()).toEqual({ program: 'gdb-multiarch', hasPython: true })
  })

  it('is named with its package where none is installed', async () => {
    await expect(choose()).rejects.toMatchObject({
      code: 'HOST_LACKS',
      message: 'gdb needs what this host lacks: gdb (to debug the kernel).',
    })
  })
})
