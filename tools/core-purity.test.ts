import { execFileSync } from 'node:child_process'
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { repository } from './source-files.ts'

/** Compile one file under core's own compiler settings, below the repository so that node_modules/@types is in reach. */
let directory = ''

beforeAll(() => {
  mkdirSync(join(repository, '.nx'), { recursive: true })
  directory = mkdtempSync(join(repository, '.nx', 'purity-'))
  const settings = {
    extends: join(repository, 'packages/core/tsconfig.json'),
    compilerOptions: { rootDir: '.', noEmit: true, composite: false, incremental: false, tsBuildInfoFile: null },
    include: ['./planted.ts', join(repository, 'packages/core/src/ambient.d.ts')],
  }
  writeFileSync(join(directory, 'tsconfig.json'), JSON.stringify(settings))
})

afterAll(() => rmSync(directory, { recursive: true }))

function compile(source: string): string {
  writeFileSync(join(directory, 'planted.ts'), source)
  try {
    execFileSync(join(repository, 'node_modules/.bin/tsc'), ['-p', directory], { encoding: 'utf8' })
    return ''
  } catch (error) {
    return (error as { stdout: string }).stdout
  }
}

describe('the compiler settings of core', () => {
  it('accept pure code, TextEncoder and URL included', () => {
    expect(compile("export const bytes: number = new TextEncoder().encode(new URL('x:y').href).length\n")).toBe('')
  })

  it.each([
    ['process', 'export const pid: unknown = process.pid\n'],
    ['an import of node:process', "import { env } from 'node:process'\nexport const path: unknown = env\n"],
    ['an import of node:fs', "export { readFileSync } from 'node:fs'\n"],
    ['console', "console.log('x')\nexport {}\n"],
    ['fetch', "export const reply: unknown = fetch('x:')\n"],
    ['Buffer', 'export const empty: unknown = Buffer.alloc(0)\n'],
    ['a timer', 'export const timer: unknown = setTimeout(() => {}, 1)\n'],
  ])('refuse %s', (_name, source) => {
    expect(compile(source)).toMatch(/error TS\d+: Cannot find/)
  })
})
