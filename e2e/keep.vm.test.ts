import { dirname } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { kernelkit, shell, startKernelkit, testArtifacts } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'
import { qemuPids, waitUntil } from './lib/processes.ts'

const { kernel, image } = testArtifacts()
const name = `e2e-${process.pid}`

afterAll(() => kernelkit(['stop', name]))

describe('a VM that is kept', () => {
  it('outlives its command, keeps its name and serves exec, ps and stop from other processes', async () => {
    const kept = await kernelkit(['run', '--keep', '--name', name, '-k', kernel, '--image', image, '--', 'true'])
    expect(kept.exitCode).toBe(0)
    const namesake = await kernelkit(['run', '--keep', '--name', name, '-k', kernel, '--image', image, '--', 'true'])
    expect(namesake.exitCode).toBe(125)
    expect(namesake.stderr).toContain(name)
    const release = await kernelkit(['exec', name, '--', 'uname', '-r'])
    expect(release.exitCode).toBe(0)
    expect(release.stdout).toMatch(/^6\.\d+/)
    const failing = await kernelkit(['exec', name, '--', 'sh', '-c', 'echo out; echo err >&2; exit 9'])
    expect({ exitCode: failing.exitCode, stdout: failing.stdout }).toEqual({ exitCode: 9, stdout: 'out\n' })
    expect(failing.stderr).toContain('err')
    const late = await kernelkit(['exec', '--timeout', '1s', name, '--', 'tail', '-f', '/dev/null'])
    expect(late).toMatchObject({
      exitCode: 124,
      stderr: expect.stringMatching(/^COMMAND_TIMEOUT: .* within 1 s, .*\nHint: Raise --timeout/) as string,
    })
    const isGone = "for i in $(seq 300); do grep -qs '^tail' /proc/[0-9]*/comm || exit 0; sleep 0.1; done; exit 1"
    const ended = await kernelkit(['exec', name, '--', 'sh', '-c', isGone])
    expect(ended.exitCode).toBe(0)
    const bytes = await kernelkit(['exec', '--json', name, '--', 'sh', '-c', String.raw`printf 'a\377\000b'; echo text >&2`])
    expect(JSON.parse(bytes.stdout)).toMatchObject({ exitCode: 0, stdoutBase64: 'Yf8AYg==', stderr: 'text\n' })
    expect(bytes.stdout).not.toContain('stderrBase64')
    // As it is installed: a shell starts it, which sees what Node does not.
    const env = { PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}` }
    const closed = await shell(`'${kernelkitBin}' exec --stdin ${name} -- cat <&-`, { env })
    expect({ exitCode: closed.exitCode, stdout: closed.stdout }).toEqual({ exitCode: 125, stdout: '' })
    expect(closed.stderr).toContain('STDIN_FAILED: stdin is closed: there is nothing to read.')
    expect((await shell(`'${kernelkitBin}' exec ${name} -- cat <&-`, { env })).exitCode).toBe(0)
    const lossy = await shell(`MINE=$'a\\xffb' kernelkit exec --env MINE ${name} -- true`)
    expect(lossy).toMatchObject({
      exitCode: 125,
      stderr: expect.stringContaining('NOT_UTF8: the value of the variable MINE has') as string,
    })
    const listed = await kernelkit(['ps'])
    expect(listed.stdout).toContain(name)
    expect(JSON.parse((await kernelkit(['ps', '--json'])).stdout)).toEqual(expect.anything())
    expect((await kernelkit(['stop', name])).exitCode).toBe(0)
    expect(await qemuPids(name)).toEqual([])
    expect((await kernelkit(['ps'])).stdout).not.toContain(name)
    const gone = await kernelkit(['exec', name, '--', 'true'])
    expect(gone.exitCode).toBe(125)
    expect(gone.stderr).toContain(name)
  })
})

describe('a VM whose owner is killed', () => {
  it.each(['SIGKILL', 'SIGINT', 'SIGTERM'] as const)('with %s leaves no QEMU', async (signal) => {
    const own = `e2e-kill-${process.pid}-${signal.toLowerCase()}`
    const { child, result } = startKernelkit([
      'run',
      '--name',
      own,
      '-k',
      kernel,
      '--image',
      image,
      '--',
      'sh',
      '-c',
      'echo up; sleep 1000',
    ])
    const output: string[] = []
    child.stdout?.on('data', (chunk: Buffer) => output.push(chunk.toString()))
    await waitUntil('the command runs', () => output.join('').includes('up'))
    expect(await qemuPids(own)).not.toEqual([])
    child.kill(signal)
    const { exitCode } = await result
    expect(exitCode).toBe({ SIGKILL: null, SIGINT: 130, SIGTERM: 143 }[signal])
    await waitUntil('QEMU has ended', async () => (await qemuPids(own)).length === 0)
    const next = await kernelkit(['ps'])
    expect(next.exitCode).toBe(0)
    expect(next.stdout).not.toContain(own)
  })
})

it('a VM whose agent was killed is lost, serves no command any more, and is stopped as ever', async () => {
  const own = `e2e-agent-${process.pid}`
  const vm = ['--keep', '--name', own, '-k', kernel, '--image', image, '--no-cwd', '--cpus', '1', '--init', 'systemd']
  try {
    const killed = await kernelkit(['run', ...vm, '--', 'sh', '-c', 'kill -9 $PPID; sleep 1000'])
    expect(killed.exitCode).toBe(119)
    expect(killed.stderr).toContain('its process has ended, and its port is closed')
    expect(await qemuPids(own)).not.toEqual([])
    const { exitCode, stderr } = await kernelkit(['exec', own, '--', 'true'])
    expect({ exitCode, stderr }).toEqual({ exitCode: 125, stderr: expect.stringContaining('VM_LOST') as unknown })
    expect((await kernelkit(['stop', '--kill', own])).exitCode).toBe(0)
    expect(await qemuPids(own)).toEqual([])
  } finally {
    await kernelkit(['stop', '--kill', own])
  }
})
