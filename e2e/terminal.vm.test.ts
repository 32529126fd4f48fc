import { PassThrough } from 'node:stream'
import { describe, expect, it, onTestFinished } from 'vitest'
import { toyTree } from '../packages/kernel/test/toy-tree.ts'
import { kernelkit, startProgram, testArtifacts } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'
import { waitUntil } from './lib/processes.ts'
import { onlyFull } from './lib/tiers.ts'

const { kernel, image } = testArtifacts()

/** A command on a terminal of its own (script(1)) of 33 x 99, typed to as a person would. */
function onTerminal(args: readonly string[], before = '') {
  const line = `stty rows 33 cols 99; ${before}${[process.execPath, kernelkitBin, ...args].map((word) => `'${word}'`).join(' ')}`
  const keys = new PassThrough()
  const { child, result } = startProgram(['script', '-qefc', line, '/dev/null'], { input: keys, timeoutMs: 9 * 60_000 })
  // Also after a failure: without its terminal, kernelkit ends by SIGHUP.
  onTestFinished(() => void child.kill())
  let unseen = ''
  child.stdout?.on('data', (chunk: Buffer) => (unseen += chunk.toString()))
  const see = async (pattern: RegExp, limitMs = 300_000): Promise<string> => {
    await waitUntil(`${String(pattern)} on the terminal`, () => pattern.test(unseen), limitMs)
    const seen = unseen
    unseen = ''
    return seen
  }
  const type = (text: string) => keys.write(text)
  /** On a busy machine agetty throws away what comes before it listens (it flushes its input): a person types again. */
  const logIn = async () => {
    // The first prompt is the one to answer: that of the console, which is left, is not shown.
    expect(await see(/login: /)).toMatch(/login terminal[^]*hvc0[^]*login: /)
    for (let again = 0; again < 8; again++) {
      type('root\r')
      const isIn = await see(/# $/, 30_000).then(
        () => true,
        () => false,
      )
      if (isIn) return
    }
    await see(/# $/, 30_000)
  }
  return { see, type, logIn, result }
}

describe('on a terminal', () => {
  it('boot shows the kernel from its first message, then the login terminal, both ways', async () => {
    const { see, type, logIn, result } = onTerminal(['boot', '-k', kernel, '--image', image])
    await see(/Linux version/)
    await logIn()
    type('echo on $(tty)\r')
    await see(/on \/dev\/hvc0\r/)
    type('stty size\r')
    await see(/33 99\r/)
    type('\x01h')
    await see(/Ctrl-A x/)
    type('\x01c')
    await see(/kernel console/)
    type('\x01c')
    await see(/login terminal/)
    type('\x01x')
    expect((await result).exitCode).toBe(0)
  })

  it('boot ends by itself when the guest powers off', onlyFull('a guest with systemd more'), async () => {
    const { type, logIn, result } = onTerminal(['boot', '-k', kernel, '--image', image])
    await logIn()
    type('poweroff -f\r')
    expect((await result).exitCode).toBe(0)
  })

  it('run without a command is a shell, and ends with its status', async () => {
    const { see, type, result } = onTerminal(['run', '-q', '-k', kernel, '--image', image])
    await see(/# $/)
    type('test -t 0 && stty size && exit 5\r')
    expect((await result).exitCode).toBe(5)
  })

  it('run --tty stops at Ctrl-C while the guest boots', async () => {
    const { see, type, result } = onTerminal(['run', '-k', kernel, '--image', image, '-t', '--', 'sleep', '1000'])
    await see(/accel tcg|accel kvm/)
    type('\x03')
    expect((await result).exitCode).toBe(130)
  })

  it('run --tty gives Ctrl-C to the command', async () => {
    const { see, type, result } = onTerminal([
      'run',
      '-q',
      '-k',
      kernel,
      '--image',
      image,
      '-t',
      '--',
      'sh',
      '-c',
      'trap "echo caught; exit 3" INT; echo up; while :; do sleep 0.1; done',
    ])
    await see(/up/)
    type('\x03')
    await see(/caught/)
    expect((await result).exitCode).toBe(3)
  })
})

it('a build shows on a terminal how many objects are done, without one lines, and with --quiet nothing', async () => {
  await using toy = await toyTree()
  for (let number = 0; number < 20; number++) await toy.write(`init/part${number}.c`, `int part${number};\n`)
  const build = (name: string) => [
    'build',
    toy.tree,
    '--config',
    'toy.config',
    '--toolchain',
    'host',
    '--cache-dir',
    `${toy.directory}/${name}`,
  ]
  // With CI in the environment, nothing is animated.
  const { see, result } = onTerminal(build('terminal'), 'unset CI; ')
  await see(/compiling: 10 of about 400 objects[^]*compiling: 20 of about 400 objects[^]*ok\S* compiling: 22 objects/, 60_000)
  expect((await result).exitCode).toBe(0)

  const plain = await kernelkit(build('plain'))
  expect(plain.exitCode).toBe(0)
  expect(plain.stderr).toMatch(/^compiling \.\.\.$[^]*^ok compiling: 22 objects \(/m)
  expect(plain.stderr).not.toContain('\u001B')

  await toy.write('init/part0.c', 'int part0 = 1;\n')
  const { exitCode, stderr } = await kernelkit([...build('plain'), '--quiet'])
  expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
})
