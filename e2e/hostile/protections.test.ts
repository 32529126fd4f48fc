import { execFileSync, spawnSync } from 'node:child_process'
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { repository } from '../../tools/source-files.ts'
import { onlyFull } from '../lib/tiers.ts'
import { protections } from './protections.ts'

let copy = ''
// A whole checkout, on a busy host.
afterAll(() => rmSync(copy, { recursive: true, force: true }), 120_000)

/** A copy of this checkout whose packages import each other, not those of the checkout. */
function copyCheckout(): string {
  const to = mkdtempSync(join(tmpdir(), 'kernelkit-protections-'))
  for (const name of execFileSync('git', ['ls-files', '-co', '--exclude-standard', '-z'], { cwd: repository, encoding: 'utf8' }).split(
    '\0',
  )) {
    if (name === '' || !existsSync(join(repository, name))) continue
    mkdirSync(join(to, dirname(name)), { recursive: true })
    cpSync(join(repository, name), join(to, name), { verbatimSymlinks: true })
  }
  // The VM tests make their kernel with the command.
  cpSync(join(repository, 'packages/cli/bundle'), join(to, 'packages/cli/bundle'), { recursive: true })
  mkdirSync(join(to, 'node_modules/@kernelkit'), { recursive: true })
  for (const name of readdirSync(join(repository, 'node_modules')).filter((one) => !['.cache', '.vite'].includes(one))) {
    const from = join(repository, 'node_modules', name)
    if (name !== '@kernelkit') symlinkSync(from, join(to, 'node_modules', name))
    else for (const one of readdirSync(from)) symlinkSync(readlinkSync(join(from, one)), join(to, 'node_modules', name, one))
  }
  return to
}

describe.each(protections)('$title', ({ file, from, to, tests, inGuest }) => {
  it('in one place, and its tests are there', () => {
    expect(readFileSync(join(repository, file), 'utf8').split(from)).toHaveLength(2)
    for (const test of tests) expect({ test, isThere: existsSync(join(repository, test)) }).toEqual({ test, isThere: true })
  })

  it(
    'and a test fails without that place',
    // A test may wait for its own limit without the protection.
    { ...onlyFull('tests of a copy of this checkout'), timeout: 15 * 60_000 },
    () => {
      if (copy === '') copy = copyCheckout()
      const path = join(copy, file)
      const text = readFileSync(path, 'utf8')
      const project = inGuest === undefined ? ['--project', 'unit'] : ['--project', 'vm', '-t', inGuest]
      const run = () =>
        spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', ...project, ...tests], {
          cwd: copy,
          encoding: 'utf8',
          // A log without its limit, in the message of a test.
          maxBuffer: 2 ** 28,
        })
      writeFileSync(
        path,
        text.replace(from, () => to),
      )
      try {
        const { status, stdout } = run()
        // A test that failed, not a file that could not be loaded.
        expect({ status, stdout }).toMatchObject({ status: 1, stdout: expect.stringContaining('×') as string })
      } finally {
        writeFileSync(path, text)
      }
    },
  )
})
