import { expect, test } from 'vitest'
import { kernelkit } from './lib/kernelkit.ts'

test('doctor names the engine that answers', async () => {
  const { stdout } = await kernelkit(['doctor', '--json'])
  const { checks } = JSON.parse(stdout) as { checks: readonly { name: string; status: string; detail: string }[] }
  expect(checks.find(({ name }) => name === 'docker')).toMatchObject({ status: 'ok', detail: expect.stringContaining('version') })
})
