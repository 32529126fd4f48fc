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
}

/** Drops everything: for tests and `--quiet`. */
export const silentLogger: Logger = {
  info() {},
  detail() {},
  warn() {},
  task: () => ({ update() {}, done() {}, fail() {} }),
}
