import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { explainSystemError, nodeHost } from '@kernelkit/host'
import { publishDirectory } from './publish.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-publish-'))
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

it('puts the files of a run among the artifacts and follows no link that the guest left there', async () => {
  const [from, directory, outside] = ['from', 'to', 'outside'].map((name) => join(scratch, name))
  if (from === undefined || directory === undefined || outside === undefined) throw new TypeError('three paths')
  mkdirSync(from)
  // A VM that shares nothing leaves no directory.
  expect(await publishDirectory(nodeHost(), { from, directory })).toEqual([])
  writeFileSync(outside, 'the host owns this')
  for (const name of ['console.log', 'result.json', 'junit.xml']) writeFileSync(join(from, name), `our ${name}`)
  symlinkSync(outside, join(directory, 'console.log'))
  mkdirSync(join(directory, 'result.json'))
  symlinkSync('/nowhere', join(directory, 'result.json', 'x'))
  writeFileSync(join(directory, 'of-the-guest'), 'kept')

  expect((await publishDirectory(nodeHost(), { from, directory })).toSorted()).toEqual(['console.log', 'junit.xml', 'result.json'])
  expect(['console.log', 'result.json', 'junit.xml'].map((name) => readFileSync(join(directory, name), 'utf8'))).toEqual([
    'our console.log',
    'our result.json',
    'our junit.xml',
  ])
  expect(readFileSync(outside, 'utf8')).toBe('the host owns this')
  expect(readFileSync(join(directory, 'of-the-guest'), 'utf8')).toBe('kept')
})

it('names the file that a full disk has no room for', async ({ skip }) => {
  const [from, full] = [join(scratch, 'large'), join(scratch, 'full')]
  mkdirSync(from)
  mkdirSync(full)
  writeFileSync(join(from, 'console.log'), Buffer.alloc(1_000_000, 'x'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'tmpfs', full], { stdio: 'pipe' })
  } catch {
    skip('needs the right to mount a small file system')
  }
  try {
    const error: unknown = await publishDirectory(nodeHost(), { from, directory: full }).catch(explainSystemError)
    expect(error).toMatchObject({ code: 'DISK_FULL', message: `no space is left at ${full}/console.log.` })
  } finally {
    execFileSync('umount', ['-l', full])
  }
})
