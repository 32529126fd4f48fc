/** What a person typed after Ctrl-A, as in QEMU and screen. */
export type EscapeCommand = 'end' | 'help' | 'toggle'

export type KeyAction = { readonly kind: 'data'; readonly data: Buffer } | { readonly kind: 'command'; readonly command: EscapeCommand }

const ctrlA = 0x01
const commands: Readonly<Record<string, EscapeCommand>> = { x: 'end', h: 'help', '?': 'help', c: 'toggle' }

export const escapeHelp =
  'Ctrl-A x  end the VM\r\nCtrl-A c  switch between the login terminal and the kernel console\r\nCtrl-A a  send Ctrl-A\r\nCtrl-A h  this help\r\n'

/** Splits typed bytes into data for the guest and commands for us; a Ctrl-A at the end of one chunk is finished by the next. */
export function createKeyReader(): (chunk: Buffer) => readonly KeyAction[] {
  let isEscaped = false
  return (chunk) => {
    const actions: KeyAction[] = []
    let start = 0
    const flush = (end: number): void => {
      if (end > start) actions.push({ kind: 'data', data: chunk.subarray(start, end) })
    }
    for (let at = 0; at < chunk.length; at++) {
      const byte = chunk[at] ?? 0
      if (isEscaped) {
        isEscaped = false
        start = at + 1
        const command = commands[String.fromCharCode(byte).toLowerCase()]
        if (command !== undefined) actions.push({ kind: 'command', command })
        else actions.push({ kind: 'data', data: byte === 0x61 || byte === ctrlA ? Buffer.from([ctrlA]) : Buffer.from([ctrlA, byte]) })
      } else if (byte === ctrlA) {
        flush(at)
        isEscaped = true
        start = at + 1
      }
    }
    if (!isEscaped) flush(chunk.length)
    return actions
  }
}
