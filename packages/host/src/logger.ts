import type { Host } from './host.ts'

/** Where decisions and progress go: always stderr, so that stdout stays for results. */
export interface Logger {
  /** One decision or fact, one line, with its source. */
  info(line: string): void
  /** Shown with --verbose only. */
  detail(line: string): void
  warn(line: string): void
  /** Long work begins; the returned handle reports and ends it (a spinner on a terminal, plain lines elsewhere). */
  task(title: string): Task
}

export interface Task {
  update(status: string): void
  /** Ends the task; `note` is shown after its title, with the time it took. */
  done(note?: string): void
  fail(note?: string): void
  /** It was ended from outside: neither done nor failed. */
  stop(note: string): void
}

/** Drops everything: for tests and `--quiet`. */
export const silentLogger: Logger = {
  info() {},
  detail() {},
  warn() {},
  task: () => ({ update() {}, done() {}, fail() {}, stop() {} }),
}

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
