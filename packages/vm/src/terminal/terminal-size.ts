import type { Vm } from '../vm.ts'

interface Size {
  readonly columns: number
  readonly rows: number
}

export interface TerminalSizeInput {
  readonly vm: Pick<Vm, 'exec' | 'terminal'>
  /** Commands can run in the guest. */
  readonly ready: Promise<unknown>
  readonly terminal: {
    readonly size: () => Size
    readonly onResize: (listener: (columns: number, rows: number) => void) => void
  }
}

/**
 * Gives the login terminal the size of the window. A socket chardev carries no size, so that hvc0 would stay at 24 x 80; stty sets it from
 * outside, and the kernel sends SIGWINCH to the program in front (tty_ioctl(4), TIOCSWINSZ). A root without stty keeps 24 x 80.
 */
export function keepTerminalSize({ vm, ready, terminal }: TerminalSizeInput): void {
  const set = ({ columns, rows }: Size): void => {
    // A terminal that does not know its size says 0.
    if (columns === 0 || rows === 0) return
    const argv = ['stty', '-F', '/dev/hvc0', 'rows', String(rows), 'cols', String(columns)]
    ready
      .then(() => vm.exec({ argv }).result)
      // The guest is ending, or has no stty: its size does not matter.
      .catch(() => {})
  }
  // Each getty begins with 24 x 80.
  vm.terminal?.on('data', (chunk: Buffer) => {
    if (/login: ?$/.test(chunk.toString())) set(terminal.size())
  })
  terminal.onResize((columns, rows) => set({ columns, rows }))
}
