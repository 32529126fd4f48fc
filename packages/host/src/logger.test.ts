import { expect, it } from 'vitest'
import { silentLogger, withTask, type Logger } from './logger.ts'

function recorder(): { readonly said: string[]; readonly host: { readonly log: Logger } } {
  const said: string[] = []
  const task = (title: string) => ({
    update: (status: string) => void said.push(`${title}: ${status}`),
    done: (note?: string) => void said.push(`${title} done ${note ?? ''}`),
    fail: () => void said.push(`${title} failed`),
    stop: () => void said.push(`${title} stopped`),
  })
  return { said, host: { log: { ...silentLogger, task } } }
}

it('withTask ends the task with a note made of the result, which it returns', async () => {
  const { said, host } = recorder()
  const answer = await withTask(host, { title: 'count', note: (count: number) => `${count} things` }, async (task) => {
    task.update('half')
    return 7
  })
  expect(answer).toBe(7)
  expect(said).toEqual(['count: half', 'count done 7 things'])
})

it('withTask ends the task as failed and rethrows the error', async () => {
  const { said, host } = recorder()
  await expect(withTask(host, { title: 'count' }, () => Promise.reject(new Error('no fingers')))).rejects.toThrow('no fingers')
  expect(said).toEqual(['count failed'])
})
