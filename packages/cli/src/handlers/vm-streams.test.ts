import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { nodeHost } from '@kernelkit/host'
import { fileStreams } from './vm-streams.ts'

it('What a guest prints without end is kept up to a limit, and the file says that it was cut.', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'kernelkit-streams-'))
  try {
    const streams = fileStreams(nodeHost(), { directory, stdin: undefined, mostBytes: 10_000 })
    for (let index = 0; index < 1000; index++)
      if (!streams.stdout.write(`${'line of 100 bytes '.padEnd(99, '.')}\n`)) await once(streams.stdout, 'drain')
    streams.stderr.write('short\n')
    await streams.close?.()
    const kept = await readFile(join(directory, 'stdout'), 'utf8')
    expect(kept.length).toBeLessThan(10_500)
    expect(kept.trimEnd().split('\n').at(-1)).toMatch(/^kernelkit: this log is longer than /)
    expect(await readFile(join(directory, 'stderr'), 'utf8')).toBe('short\n')
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
})
