import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
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
