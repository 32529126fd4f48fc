import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

it('loses nothing of what the program writes when the reader is late', async () => {
  const module = fileURLToPath(new URL('./become-program.ts', import.meta.url))
  const script = `import { becomeProgram } from ${JSON.stringify(module)}
    process.stdout.write('first\\n')
    await becomeProgram({ env: process.env }, ['/usr/bin/seq', '200000'])`
  const child = spawn(process.execPath, ['--input-type=module', '--eval', script], { stdio: ['pipe', 'pipe', 'pipe'] })
  child.stderr.resume()
  const closed = once(child, 'close')
  // More than any pipe holds has been written by now.
  await sleep(2000)
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  const [code] = (await closed) as [number]
  expect(text.split('\n').slice(-3)).toEqual(['199999', '200000', ''])
  expect(code).toBe(0)
})
