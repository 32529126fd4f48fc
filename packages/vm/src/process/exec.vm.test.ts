import { createHash, randomBytes } from 'node:crypto'
import { readFile, readdir } from 'node:fs/promises'
import { PassThrough, Readable, Writable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { testGround } from '../../test/guest.ts'
import { startVm } from './start-vm.ts'
import type { ExecOptions, Vm } from '../vm.ts'

let vm: Vm
// Guests run under emulation on a busy host.
const patience = { timeout: 300_000 }

beforeAll(async () => {
  const ground = await testGround()
  vm = await startVm(
    await ground.request({
      guest: { files: [{ path: '/run/kernelkit/secret', mode: 0o600, content: 'from the host\n' }] },
    }),
    ground.host,
  )
})
afterAll(async () => vm[Symbol.asyncDispose]())

function sink() {
  const chunks: Buffer[] = []
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      chunks.push(chunk)
      done()
    },
  })
  return { stream, bytes: () => Buffer.concat(chunks), text: () => Buffer.concat(chunks).toString() }
}

async function exec(argv: readonly string[], options: Partial<ExecOptions> = {}) {
  const [stdout, stderr] = [sink(), sink()]
  const result = await vm.exec({ argv, stdout: stdout.stream, stderr: stderr.stream, ...options }).result
  return { ...result, stdout: stdout.text(), stderr: stderr.text(), bytes: stdout.bytes() }
}

it('QEMU has a filter of system calls and gains no privileges', async () => {
  const programs = (await readdir('/proc')).filter((name) => /^[0-9]+$/.test(name))
  const read = (pid: string, name: string): Promise<string> => readFile(`/proc/${pid}/${name}`, 'utf8').catch(() => '')
  const words = await Promise.all(programs.map(async (pid) => ({ pid, words: (await read(pid, 'cmdline')).split('\0') })))
  const qemu = words.filter((one) => one.words.includes(`guest=kernelkit-${vm.id}`))
  expect(qemu).toHaveLength(1)
  // 2: SECCOMP_MODE_FILTER (proc_pid_status(5)).
  expect(await read(qemu[0]?.pid ?? '', 'status')).toMatch(/^NoNewPrivs:\t1\nSeccomp:\t2$/m)
})

describe('a command in the guest', () => {
  it('keeps stdout and stderr apart', async () => {
    const result = await exec(['sh', '-c', 'echo out; echo err >&2; exit 7'])
    expect(result).toMatchObject({ exitCode: 7, signal: undefined, stdout: 'out\n', stderr: 'err\n', stdoutBytes: 4, stderrBytes: 4 })
  })

  it("inherits nothing of the agent's, whose port another user cannot open", async () => {
    const look = 'ls -l /proc/self/fd; for port in /dev/vport*; do echo $port; (: < $port) 2> /dev/null && echo opened; done; ls /proc/1/fd'
    const { stdout } = await exec(['sh', '-c', look], { user: '65534:65534' })
    expect(stdout).toMatch(/^\/dev\/vport/m)
    expect(stdout).not.toMatch(/-> .*vport|opened/)
    expect((await exec(['sh', '-c', 'ls -l /proc/self/fd'])).stdout).not.toContain('vport')
  })

  it('exits with its own status', async () => {
    for (const code of [0, 1, 2, 77, 125, 126, 127, 128, 254, 255]) expect((await exec(['sh', '-c', `exit ${code}`])).exitCode).toBe(code)
  })

  it('that a signal ends exits with status 128 plus its number', async () => {
    for (const [name, number] of [
      ['TERM', 15],
      ['KILL', 9],
      ['SEGV', 11],
    ] as const) {
      expect(await exec(['sh', '-c', `kill -${name} $$`])).toMatchObject({ exitCode: 128 + number, signal: number })
    }
  })

  it('that does not exist exits with status 127 and says so', async () => {
    expect(await exec(['nosuch'])).toMatchObject({
      exitCode: 127,
      notStarted: 'not-in-path',
      stderr: expect.stringContaining('command not found: nosuch'),
    })
    expect(await exec(['/bin/nosuch'])).toMatchObject({
      exitCode: 127,
      notStarted: 'no-such-file',
      stderr: expect.stringContaining('/bin/nosuch'),
    })
  })

  it('that cannot be executed exits with status 126 and says so', async () => {
    expect(await exec(['/etc/not-executable'])).toMatchObject({
      exitCode: 126,
      notStarted: 'not-executable',
      stderr: expect.stringContaining('permission denied'),
    })
    expect(await exec(['/etc'])).toMatchObject({ exitCode: 126 })
    // What a shell returns for a command of its own is the shell's status.
    expect(await exec(['sh', '-c', 'nosuch'])).not.toHaveProperty('notStarted')
  })

  it('names a working directory that does not exist', async () => {
    expect(await exec(['true'], { cwd: '/no/such' })).toMatchObject({ exitCode: 126, stderr: expect.stringContaining('/no/such') })
  })

  it('gets its arguments, its variables and its directory unchanged', async () => {
    const argv = [
      'sh',
      '-c',
      'for word in "$@"; do echo "<$word>"; done; pwd; echo "$GREETING|$HOME|$USER"',
      'sh',
      '',
      'two words',
      '"*$`\\',
      'ä\n→',
    ]
    const { stdout } = await exec(argv, { cwd: '/etc', env: { GREETING: 'a b=c', HOME: '/tmp' } })
    expect(stdout).toBe('<>\n<two words>\n<"*$`\\>\n<ä\n→>\n/etc\na b=c|/tmp|root\n')
  })

  it('runs as another user when asked, and names one that does not exist', async () => {
    expect((await exec(['sh', '-c', 'id -u; id -g; id -G; echo $USER'], { user: 'nobody' })).stdout).toBe('65534\n65534\n65534\nnobody\n')
    const ids = ['sh', '-c', 'id -u; id -g; id -G; echo $USER $HOME']
    expect((await exec(ids, { user: '65534:7' })).stdout).toBe('65534\n7\n7\nnobody /\n')
    expect((await exec(ids, { user: '4294967294' })).stdout).toBe('4294967294\n4294967294\n4294967294\n4294967294 /\n')
    expect((await exec(ids, { user: '1234:5678' })).stdout).toBe('1234\n5678\n5678\n1234 /\n')
    expect(await exec(['true'], { user: 'nosuch' })).toMatchObject({ exitCode: 126, stderr: expect.stringContaining('nosuch') })
  })

  it('has the output of filters that it has started, and says so when a process is left that may still write', async () => {
    // They end after the command, as in `exec > >(…)` of bash.
    const late = await exec(['sh', '-c', '(sleep 0.4; echo 1; sleep 1.2; echo 2) & echo 0'])
    expect(late).toMatchObject({ exitCode: 0, stdout: '0\n1\n2\n' })
    expect(late).not.toHaveProperty('outputOpen')
    expect(await exec(['sh', '-c', 'echo first; sleep 4 &'])).toMatchObject({ stdout: 'first\n', outputOpen: true })
    expect(await exec(['sh', '-c', 'echo first; sleep 4 >/dev/null 2>&1 &'])).not.toHaveProperty('outputOpen')
  })

  it('without stdin reads end-of-file at once', async () => {
    expect(await exec(['cat'])).toMatchObject({ exitCode: 0, stdoutBytes: 0 })
  })

  it('returns 30 MB of its input unchanged', async () => {
    const input = randomBytes(30_000_000)
    const { bytes, exitCode } = await exec(['cat'], { stdin: Readable.from(pieces(input, 50_000)) })
    expect(exitCode).toBe(0)
    expect(bytes.length).toBe(input.length)
    expect(bytes.equals(input)).toBe(true)
  })

  it('writes 100 MB that arrive complete', async () => {
    const hash = createHash('sha256')
    const stdout = new Writable({
      write(chunk: Buffer, _encoding, done) {
        hash.update(chunk)
        done()
      },
    })
    const result = await vm.exec({ argv: ['sh', '-c', 'yes 0123456789abcdef | head -c 100000000'], stdout }).result
    expect(result).toMatchObject({ exitCode: 0, stdoutBytes: 100_000_000 })
    const line = Buffer.from('0123456789abcdef\n')
    expect(hash.digest('hex')).toBe(createHash('sha256').update(Buffer.alloc(100_000_000, line)).digest('hex'))
  })

  it('whose reader is slow waits, and others keep running', async () => {
    const stuck = new PassThrough({ highWaterMark: 1 })
    const slow = vm.exec({ argv: ['sh', '-c', 'head -c 3000000 /dev/zero'], stdout: stuck })
    expect(await exec(['echo', 'other'])).toMatchObject({ exitCode: 0, stdout: 'other\n' })
    let bytes = 0
    stuck.on('data', (chunk: Buffer) => (bytes += chunk.length))
    expect(await slow.result).toMatchObject({ exitCode: 0, stdoutBytes: 3_000_000 })
    await expect.poll(() => bytes).toBe(3_000_000)
  })

  it('can be killed while its output waits for a reader', async () => {
    const stuck = new PassThrough({ highWaterMark: 1 })
    const command = vm.exec({ argv: ['yes'], stdout: stuck })
    await expect.poll(() => stuck.readableLength, patience).toBeGreaterThan(0)
    command.kill(9)
    expect(await exec(['echo', 'other'])).toMatchObject({ exitCode: 0, stdout: 'other\n' })
    stuck.resume()
    expect(await command.result).toMatchObject({ exitCode: 137, signal: 9 })
  })

  it('whose reader has gone gets SIGPIPE', async () => {
    const closed = new PassThrough()
    closed.destroy()
    expect(await vm.exec({ argv: ['yes'], stdout: closed }).result).toMatchObject({ signal: 13 })
  })

  it('that leaves a process ends, and the process keeps running', async () => {
    // It waits for the next command, which runs only when this one has ended.
    const left = '(until [ -e /tmp/next ]; do sleep 0.1; done; echo late > /tmp/late; echo late) & echo now'
    const { exitCode, stdout } = await exec(['sh', '-c', left])
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'now\n' })
    const next = 'echo > /tmp/next; until [ -s /tmp/late ]; do sleep 0.1; done; cat /tmp/late'
    expect((await exec(['sh', '-c', next])).stdout).toBe('late\n')
  })

  it('whose input breaks off fails with the reason and never sees its end', async () => {
    const half = Readable.from(
      (async function* () {
        yield Buffer.alloc(300_000, 'x')
        throw new Error('the pipe burst')
      })(),
    )
    const command = vm.exec({ argv: ['sh', '-c', 'cat > /tmp/half; echo whole > /tmp/whole'], stdin: half })
    await expect(command.result).rejects.toMatchObject({ code: 'STDIN_FAILED', message: expect.stringContaining('the pipe burst') })
    // It is killed, not only left: once it has gone nothing more can come of it.
    await expect.poll(async () => (await exec(['ps', 'ax'])).stdout, patience).not.toContain('cat > /tmp/half')
    expect((await exec(['ls', '/tmp'])).stdout).not.toContain('whole')
  })

  it('that stops reading does not hold up its writer', async () => {
    const { exitCode, stdout } = await exec(['head', '-c', '3'], { stdin: Readable.from(pieces(Buffer.alloc(5_000_000, 'x'), 100_000)) })
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'xxx' })
  })

  it('runs together with 99 others', async () => {
    const results = await Promise.all(Array.from({ length: 100 }, (_, index) => exec(['sh', '-c', `echo ${index}; exit ${index}`])))
    expect(results.map(({ exitCode, stdout }) => [exitCode, stdout])).toEqual(results.map((_, index) => [index, `${index}\n`]))
  })

  it('is refused when 256 run already', async () => {
    const many = Array.from({ length: 300 }, () => vm.exec({ argv: ['sleep', '1000'] }))
    const outcomes: unknown[] = []
    const settled = many.map(async (command) => outcomes.push(await command.result.catch((error: unknown) => error)))
    await expect.poll(() => outcomes.length, patience).toBeGreaterThanOrEqual(44)
    for (const command of many) command.kill(9)
    await Promise.all(settled)
    expect(outcomes.filter((outcome) => outcome instanceof Error)).toHaveLength(44)
    expect((await exec(['true'])).exitCode).toBe(0)
  })

  it('is ended by its abort signal', async () => {
    const abort = new AbortController()
    const command = vm.exec({ argv: ['sleep', '1000'], signal: abort.signal })
    setTimeout(() => abort.abort(new Error('enough')), 200)
    await expect(command.result).rejects.toThrow('enough')
    await expect.poll(async () => (await exec(['ps', 'ax'])).stdout, patience).not.toContain('sleep 1000')
  })
})

describe('a terminal', () => {
  const tty = { columns: 91, rows: 33, term: 'vt100' }

  it('has the size and the name that were given, and follows a resize', async () => {
    const stdin = new PassThrough()
    const stdout = sink()
    const command = vm.exec({ argv: ['sh', '-c', 'tty; echo $TERM; stty size; read line; stty size'], stdin, stdout: stdout.stream, tty })
    await expect.poll(stdout.text, patience).toContain('33 91')
    command.resize(100, 40)
    stdin.write('go\n')
    expect(await command.result).toMatchObject({ exitCode: 0 })
    expect(stdout.text()).toBe('/dev/pts/0\r\nvt100\r\n33 91\r\ngo\r\n40 100\r\n')
  })

  it('turns Ctrl-C into SIGINT', async () => {
    const stdin = new PassThrough()
    const stdout = sink()
    // A shell without a trap loses a signal that comes while it starts a program.
    const line = 'trap "exit 3" INT; echo up; while :; do sleep 0.1; done'
    const command = vm.exec({ argv: ['sh', '-c', line], stdin, stdout: stdout.stream, tty })
    await expect.poll(stdout.text, patience).toContain('up')
    stdin.write('\u0003')
    expect(await command.result).toMatchObject({ exitCode: 3 })
  })

  it('ends its input with Ctrl-D', async () => {
    const stdout = sink()
    const result = await vm.exec({ argv: ['cat'], stdin: Readable.from([Buffer.from('line\n')]), stdout: stdout.stream, tty }).result
    expect(result.exitCode).toBe(0)
    expect(stdout.text()).toBe('line\r\nline\r\n')
  })
})

describe('the guest', () => {
  it('has what the host sent before anything ran', async () => {
    expect((await exec(['sh', '-c', 'hostname; cat /run/kernelkit/secret; ls -l /run/kernelkit/secret'])).stdout).toMatch(
      /^testguest\nfrom the host\n-rw------- /,
    )
  })

  /** How far the guest's clock is before and after the host's at most: each reading lies between two of the host's, the closest pair says most. */
  async function clockErrors() {
    const readings: { readonly early: number; readonly late: number }[] = []
    for (let times = 0; times < 12; times++) {
      const before = Date.now()
      const guest = Number((await exec(['date', '+%s%N'])).stdout) / 1e6
      readings.push({ early: guest - before, late: Date.now() - guest })
    }
    return { early: Math.min(...readings.map(({ early }) => early)), late: Math.min(...readings.map(({ late }) => late)) }
  }

  it('has the clock of the host, to a few milliseconds', async () => {
    const { early, late } = await clockErrors()
    expect(early).toBeGreaterThan(-50)
    expect(late).toBeGreaterThan(-50)
  })

  it('has the clock of the host for the first command after the machine was stopped', async () => {
    await vm.qmp('stop')
    await sleep(1500)
    await vm.qmp('cont')
    const before = Date.now()
    const guest = Number((await exec(['date', '+%s%N'])).stdout) / 1e6
    expect(guest - before).toBeGreaterThan(-50)
    expect(Date.now() - guest).toBeGreaterThan(-50)
  })

  it('has the places that programs expect', async () => {
    const { stdout } = await exec([
      'sh',
      '-c',
      'echo x > /dev/stderr; echo y > /dev/shm/f; echo z > /tmp/f; cat /dev/fd/0 < /dev/shm/f; cat /proc/1/oom_score_adj /proc/self/oom_score_adj',
    ])
    expect(stdout).toBe('y\n-1000\n0\n')
  })

  it('dumps its tasks to the console when asked', async () => {
    const lines: string[] = []
    vm.dump('t')
    for await (const event of vm.events) {
      if (event.type === 'console') lines.push(event.line)
      if (lines.some((line) => line.includes('sysrq: Show State'))) break
    }
    expect(lines.some((line) => line.includes('kernelkit: agent started'))).toBe(true)
  })

  // The last: from here on the guest's time is its own.
  it('keeps the time that a command has set', async () => {
    await exec(['date', '-s', '@2000000000'])
    await vm.qmp('stop')
    await sleep(100)
    await vm.qmp('cont')
    expect((await exec(['date', '+%s'])).stdout).toMatch(/^20000000\d\d\n$/)
  })
})

function* pieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}
