import { spawn } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parse } from 'yaml'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { bzImage } from '../../packages/vm/test/fixture-kernels.ts'

const here = import.meta.dirname
const { inputs } = parse(readFileSync(join(here, 'action.yml'), 'utf8')) as { readonly inputs: Readonly<Record<string, unknown>> }

let folder = ''
let planted = ''
let qemu = ''

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'kernelkit-hostile-'))
  planted = join(folder, 'planted')
  qemu = join(folder, 'qemu')
  // In an empty folder: no package is to be found around it.
  cpSync(join(here, 'dist'), join(folder, 'dist'), { recursive: true })
  writeFileSync(join(folder, 'kernel'), bzImage({ release: '6.12.9', wide: true }))
  writeFileSync(qemu, `#!/bin/sh\n[ "$1" = --version ] && echo 'QEMU emulator version 7.2.0' && exit\necho "$0 started" >&2\nexit 1\n`, {
    mode: 0o755,
  })
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Main with these inputs beside some that would boot, as the runner starts it. */
async function runMain(given: Readonly<Record<string, string>>): Promise<string> {
  const own = mkdtempSync(join(folder, 'job-'))
  const files = ['GITHUB_ENV', 'GITHUB_OUTPUT', 'GITHUB_PATH', 'GITHUB_STATE', 'GITHUB_STEP_SUMMARY'].map(
    (name) => [name, join(own, name)] as const,
  )
  for (const [, path] of files) writeFileSync(path, '')
  mkdirSync(join(own, 'work'))
  mkdirSync(join(own, 'temp'))
  const step = { run: 'true', kernel: join(folder, 'kernel'), root: 'none', qemu, accel: 'tcg', 'cache-dir': join(own, 'store'), ...given }
  const child = spawn(process.execPath, [join(folder, 'dist/main.mjs')], {
    cwd: join(own, 'work'),
    env: {
      PATH: process.env['PATH'],
      HOME: own,
      XDG_RUNTIME_DIR: own,
      GITHUB_ACTIONS: 'true',
      GITHUB_WORKSPACE: join(own, 'work'),
      RUNNER_TEMP: join(own, 'temp'),
      ...Object.fromEntries(files),
      ...Object.fromEntries(Object.entries(step).map(([name, value]) => [`INPUT_${name.toUpperCase()}`, value])),
    },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (output += String(chunk)))
  await new Promise((resolve) => child.on('close', resolve))
  return output
}

describe.concurrent('a hostile value of', { timeout: 120_000 }, () => {
  it('no input at all: the step gets as far as QEMU', async () => {
    expect(await runMain({})).toContain(`${qemu} started`)
  })

  it.each(Object.keys(inputs))('%s runs nothing, breaks nothing and forges no command to the runner', async (name) => {
    const touch = `touch ${planted}-${name}`
    const value = `x'; ${touch}; "$(${touch})" \`${touch}\` && ${touch} | ${touch} #\n::error title=forged::forged\n${touch}\n--help %n {0} \u0001 🐧`
    const output = await runMain({ [name]: value })
    expect(output).not.toMatch(/this is a bug of kernelkit|^::error title=forged/m)
    expect({ output, hasRun: existsSync(`${planted}-${name}`) }).toMatchObject({ hasRun: false })
  })
})
