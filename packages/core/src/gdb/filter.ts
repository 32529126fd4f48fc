/** What becomes of bytes that a client of the stub sends. */
export interface Filtered {
  /** For the stub. */
  readonly forward: Uint8Array
  /** For the client. */
  readonly reply: Uint8Array
}

/** The client sends what no debugger sends: its connection is closed. */
export class GdbFilterError extends Error {
  override readonly name = 'GdbFilterError'
}

// QEMU's buffer has 4096 (gdbstub, MAX_PACKET_LENGTH); in the middle of a longer packet it would begin to look for the next one.
const mostPacketBytes = 4095

const text = { $: 0x24, '#': 0x23, '+': 0x2b, '-': 0x2d } as const
const interrupt = 0x03
const refusal =
  'kernelkit: monitor commands are refused on a port: they can write files of this host; `kernelkit run --gdb` has a private socket\n'

/**
 * Keeps monitor commands (`qRcmd`) from QEMU's gdb stub. QEMU decodes a packet in its own way (run lengths, escapes, checksums that are not
 * hexadecimal): what it could read differently is not passed on.
 */
export function createGdbFilter(): (chunk: Uint8Array) => Filtered {
  let packet: number[] | undefined
  return (chunk) => {
    const forward: number[] = []
    const reply: number[] = []
    for (const byte of chunk) {
      if (packet === undefined) {
        if (byte === text.$) packet = [byte]
        // Acknowledgements and Ctrl-C; anything else between packets means nothing.
        else if (byte === text['+'] || byte === text['-'] || byte === interrupt) forward.push(byte)
        continue
      }
      packet.push(byte)
      if (byte === text.$) throw new GdbFilterError('a packet inside a packet')
      if (packet.length > mostPacketBytes) throw new GdbFilterError('a packet of more than 4095 bytes')
      const end = packet.indexOf(text['#'])
      if (end < 0 || packet.length < end + 3) continue
      const whole = String.fromCharCode(...packet)
      packet = undefined
      if (!/^\$[^#]*#[0-9a-f]{2}$/is.test(whole)) throw new GdbFilterError('a checksum that is not hexadecimal')
      if (isRefused(whole.slice(1, -3))) reply.push(...answerTo(refusal))
      else for (const character of whole) forward.push(character.charCodeAt(0))
    }
    return { forward: Uint8Array.from(forward), reply: Uint8Array.from(reply) }
  }
}

function isRefused(payload: string): boolean {
  // X is followed by bytes of memory, which may be any.
  if (payload.startsWith('X')) return false
  if (/[}*]/.test(payload)) throw new GdbFilterError('an encoded command')
  return payload.startsWith('qRcmd')
}

/** An acknowledgement, and the output of a monitor command in hexadecimal. */
function answerTo(output: string): Uint8Array {
  const encoder = new TextEncoder()
  const payload = Array.from(encoder.encode(output), (byte) => byte.toString(16).padStart(2, '0')).join('')
  const sum = encoder.encode(payload).reduce((total, byte) => (total + byte) % 256, 0)
  return encoder.encode(`+$${payload}#${sum.toString(16).padStart(2, '0')}`)
}
