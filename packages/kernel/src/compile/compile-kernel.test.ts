import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { nodeHost, silentLogger } from '@kernelkit/host'
import { afterAll, expect, it } from 'vitest'
import { compileKernel } from './compile-kernel.ts'

const directory = mkdtempSync(join(tmpdir(), 'kernelkit-compile-'))
afterAll(() => rmSync(directory, { recursive: true }))

it('an error of the compiler is shown while make still works, and its report has no unrelated lines', async () => {
  const [seen, lines] = [join(directory, 'seen'), [] as string[]]
  const host = nodeHost({
    cwd: directory,
    log: {
      ...silentLogger,
      info: (line) => {
        lines.push(line)
        // The make below waits for it: shown only at the end, the error would never be shown.
        if (line.includes('undeclared')) writeFileSync(seen, '')
      },
    },
  })
  const make = [
    `echo "init/main.c:4:9: error: 'missing' undeclared"`,
    `echo "init/main.c:4:9: error: 'missing' undeclared"`,
    `while [ ! -e ${seen} ]; do sleep 0.05; done`,
    'echo "  CC      fs/unrelated.o"',
    'exit 2',
  ]
  const compile = {
    kind: 'run',
    why: 'the kernel',
    argv: ['sh', '-c', make.join('\n')],
    cwd: directory,
    log: join(directory, 'log'),
  } as const
  const compiled = compileKernel(host, { before: [], compile, after: [], make: { source: directory, build: directory }, optionsOn: 1 })
  await expect(compiled).rejects.toMatchObject({
    code: 'BUILD_FAILED',
    message: "the kernel does not compile: 1 error\n  init/main.c:4:9: error: 'missing' undeclared",
  })
  expect(lines).toEqual(["init/main.c:4:9: error: 'missing' undeclared"])
  expect(existsSync(seen)).toBe(true)
})
