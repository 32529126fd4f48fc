import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { kernelkit, lastLine, testArtifacts } from './lib/kernelkit.ts'

const { kernel, image } = testArtifacts()
let directory = ''
let below = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
  below = join(directory, 'src')
  await mkdir(below)
  await writeFile(join(directory, 'word'), 'shared\n')
  const vm = { kernel, image, cpus: 1, memory: '512M', share: ['.:/mnt/project:ro'], env: ['WORD=of the file', 'OTHER=kept'] }
  // JSON is YAML.
  await writeFile(join(directory, 'kernelkit.yaml'), `vm: ${JSON.stringify(vm)}\ntests: [{ name: smoke, run: uname -r }]\n`)
})

afterAll(() => rm(directory, { recursive: true, force: true }))

describe('kernelkit.yaml', () => {
  it('gives run its kernel, image, CPUs, shares and variables, from a directory below it, and the command line wins', async () => {
    const line = 'nproc; cat /mnt/project/word; echo "$WORD, $OTHER"'
    const { exitCode, stdout, stderr } = await kernelkit(['run', '-e', 'WORD=of the command', '--', 'sh', '-c', line], { cwd: below })
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: '1\nshared\nof the command, kept\n' })
    expect(stderr).toMatch(/^defaults from \.\.\/kernelkit\.yaml \(vm\): .*kernel.*memory.*share/m)
    expect(stderr).toContain(image)
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=pass\b/)
  })

  it('is named by --dry-run --json with the options that it gave', async () => {
    const { stdout } = await kernelkit(['run', '--dry-run', '--json', '-m', '1G', '--root', 'host', '--', 'true'], { cwd: below })
    const document = JSON.parse(stdout) as { projectFile: { path: string; options: string[] } }
    expect(document.projectFile.path).toBe(join(directory, 'kernelkit.yaml'))
    expect(document.projectFile.options.toSorted()).toEqual(['cpus', 'env', 'kernel', 'share'])
  })
})
