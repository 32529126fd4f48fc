import type { Host } from '../host.ts'
import type { Task } from '../logger.ts'

/** Long work under a title: the task ends as done or, when `work` throws, as failed. `note` is shown after the title at the end. */
export async function withTask<T>(
  host: Pick<Host, 'log'>,
  { title, note }: { readonly title: string; readonly note?: (answer: T) => string },
  work: (task: Task) => Promise<T>,
): Promise<T> {
  const task = host.log.task(title)
  try {
    const answer = await work(task)
    task.done(note?.(answer))
    return answer
  } catch (error) {
    task.fail()
    throw error
  }
}
