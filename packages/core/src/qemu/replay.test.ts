import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { printable } from '../text/index.ts'
import { launchOf } from '../../test/launch.ts'
import { replayScript } from './replay.ts'

let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-replay-'))
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

/** The script run by a shell, with a program in QEMU's place that prints its words one a line. */
function wordsOf(script: string): readonly string[] {
  const path = join(directory, 'replay.sh')
  writeFileSync(path, script)
  return execFileSync('sh', [path], { encoding: 'utf8' }).trimEnd().split('\n')
}

function launchHere(change: Parameters<typeof launchOf>[0] = {}) {
  const [qemu, kernel, initrd, disk] = ['qemu', 'a kernel', 'initrd', "it's a disk"].map((name) => join(directory, name))
  for (const path of [kernel, initrd, disk]) writeFileSync(path ?? '', '')
  writeFileSync(qemu ?? '', '#!/bin/sh\n[ -d "$TMPDIR" ] || exit 1\nprintf "%s\\n" "$@"\n')
  chmodSync(qemu ?? '', 0o755)
  return launchOf({
    qemu: qemu ?? '',
    kernel: kernel ?? '',
    initrd,
    drives: [{ path: disk ?? '', format: 'raw', mode: 'rw' }],
    shares: [{ host: directory, tag: 'cwd', readonly: false }],
    append: 'console=ttyS0 foo="a b" kernelkit.root=disk:/dev/vda:ext4:rw kernelkit.mount=cwd,/src,rw',
    ...change,
  })
}

describe('replayScript', () => {
  it('gives QEMU the same words through a shell, and writes to nothing', () => {
    const words = wordsOf(replayScript({ launch: launchHere(), command: undefined }))
    expect(words).toContain(join(directory, 'a kernel'))
    expect(words).toContain(`file=${join(directory, "it's a disk")},if=none,id=disk0,format=raw,snapshot=on`)
    expect(words.find((word) => word.startsWith('local,id=share0'))).toMatch(/readonly=on$/)
    expect(words).toContain('console=ttyS0 foo="a b" kernelkit.root=disk:/dev/vda:ext4:rw kernelkit.mount=cwd,/src,cow')
    expect(words).toContain('stdio,id=console')
  })

  it('does nothing to the terminal on which it is printed, and gives QEMU names as they are', () => {
    const hostile = 'a\u001B]0;owned\u0007\u009B2J\u202E\r$(touch x)`touch x`'
    const path = join(directory, hostile)
    writeFileSync(path, '')
    const launch = launchHere({ kernel: path, shares: [{ host: path, tag: 'cwd', readonly: true }] })
    const script = replayScript({ launch, command: `sh -c '\n# \u2028touch x'` })
    expect(printable(script)).toBe(script)
    const words = wordsOf(replayScript({ launch, command: undefined }))
    expect(words).toContain(path)
    expect(words).toContain(`local,id=share0,path=${path},security_model=none,multidevs=remap,readonly=on`)
  })

  it('says that nothing filters its network', () => {
    const { network } = launchHere()
    const filtered = { ...network, reach: 'network' } as typeof network
    const note = /^# .*reaches the services on this host's loopback address/m
    expect(replayScript({ launch: launchHere({ network: filtered }), command: undefined })).toMatch(note)
    expect(replayScript({ launch: launchHere({ network: { kind: 'none' } }), command: undefined })).not.toMatch(note)
  })

  it('puts sockets into a directory that is gone afterwards', () => {
    const qmp = wordsOf(replayScript({ launch: launchHere(), command: undefined })).find((word) => word.startsWith('socket,id=qmp'))
    const path = /path=(.*)\/qmp\.sock/.exec(qmp ?? '')?.[1] ?? ''
    expect(path).toMatch(/^\//)
    expect(existsSync(path)).toBe(false)
  })

  it('adds the command of the run to the initramfs', () => {
    const initrd = join(directory, 'agent.cpio')
    const launch = launchHere({ initrd })
    writeFileSync(initrd, 'agent;')
    writeFileSync(join(directory, 'replay.cpio'), 'command;')
    writeFileSync(launch.qemu, '#!/bin/sh\nwhile [ "$1" != -initrd ]; do shift; done\ncat "$2"\n')
    expect(wordsOf(replayScript({ launch, command: 'sh -c\n"a\nb"' }))).toEqual(['agent;command;'])
  })

  it('finds the command of the run when it is called by a symbolic link', () => {
    const initrd = join(directory, 'agent.cpio')
    const launch = launchHere({ initrd })
    writeFileSync(initrd, 'agent;')
    writeFileSync(join(directory, 'replay.cpio'), 'command;')
    writeFileSync(launch.qemu, '#!/bin/sh\nwhile [ "$1" != -initrd ]; do shift; done\ncat "$2"\n')
    writeFileSync(join(directory, 'replay.sh'), replayScript({ launch, command: 'true' }))
    const elsewhere = mkdtempSync(join(directory, 'elsewhere-'))
    symlinkSync(join(directory, 'replay.sh'), join(elsewhere, '-again'))
    expect(execFileSync('sh', ['./-again'], { cwd: elsewhere, encoding: 'utf8' })).toBe('agent;command;')
  })

  it('names what is gone instead of letting QEMU guess', () => {
    const script = replayScript({ launch: launchHere({ kernel: '/nowhere/bzImage' }), command: undefined })
    writeFileSync(join(directory, 'replay.sh'), script)
    expect(() => execFileSync('sh', [join(directory, 'replay.sh')], { stdio: 'pipe' })).toThrow('/nowhere/bzImage is gone')
  })
})
