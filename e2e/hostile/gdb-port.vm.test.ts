import { existsSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { startProgram } from '../lib/kernelkit.ts'
import { makePerson, people } from '../lib/person.ts'

const name = `e2e-hostile-gdb-${process.pid}`

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const address = server.address()
      server.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0))
    })
  })
}

it.for(people)(
  'A monitor command on the port of a gdb stub of %s writes no file of the host, and gdb works there.',
  async ([, uid], { onTestFinished }) => {
    const one = await makePerson(uid)
    onTestFinished(async () => void (await one.run(['stop', '--kill', name])))
    const port = await freePort()
    const vm = [`--gdb=${port}`, '--keep', '--name', name, '-k', one.kernel, '--no-cwd', '--root', 'host', '-m', '256M']
    const { exitCode, stderr: said } = await one.run(['run', ...vm, '--', 'true'])
    expect({ exitCode, said }).toMatchObject({ exitCode: 0 })
    const file = join(one.cwd, 'memory')
    const words = [
      '-batch',
      '-ex',
      `target remote 127.0.0.1:${port}`,
      '-ex',
      `monitor pmemsave 0 16 "${file}"`,
      '-ex',
      'info registers rip',
    ]
    const { stdout, stderr } = await startProgram(['gdb', '-nx', ...words]).result
    expect(stdout + stderr).toMatch(/monitor commands are refused on a port/)
    expect(stdout).toMatch(/rip +0x[0-9a-f]+/)
    expect(existsSync(file)).toBe(false)
  },
)
