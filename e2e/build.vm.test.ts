import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { toyTree } from '../packages/kernel/test/toy-tree.ts'
import { kernelkit, lastLine, testArtifacts } from './lib/kernelkit.ts'
import { onlyFull } from './lib/tiers.ts'

const source = 'deb:linux-source-6.12'
const { kernel } = testArtifacts()
let directory = ''

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'kernelkit-e2e-'))
})

afterAll(() => rm(directory, { recursive: true, force: true }))

describe('kernelkit build', () => {
  it('answers an unchanged input from the store and compiles nothing', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['build', source, '--json'])
    expect(exitCode).toBe(0)
    expect(JSON.parse(stdout)).toMatchObject({ kernel, cached: true, arch: 'x86_64', release: expect.stringMatching(/^6\.12\./) })
    expect(stderr).not.toMatch(/compiling/)
  })

  it('refuses options that cannot be set before it compiles, and names the nearest symbol and the unmet dependency', async () => {
    const asked = ['minimal', '-EXT4_FS', 'EXT4_FS_SECURITY=y', 'VIRTIO_NETT=y'].flatMap((value) => ['--config', value])
    const { exitCode, stderr } = await kernelkit(['build', source, ...asked])
    expect(exitCode).toBe(125)
    expect(stderr).toContain('VIRTIO_NETT')
    expect(stderr).toMatch(/VIRTIO_NET\b/)
    expect(stderr).toMatch(/EXT4_FS_SECURITY[^]*EXT4_FS\b/)
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=config-fail exit=125/)
    expect(stderr).not.toMatch(/compiling/)
  })

  it(
    'shows the plan with --dry-run and compiles nothing',
    onlyFull('one more configuration of a real kernel; packages/kernel/src/steps.test.ts compares the plan with what is done'),
    async () => {
      const { exitCode, stdout } = await kernelkit(['build', source, '--config', 'minimal', '--dry-run'])
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(/make/)
    },
  )

  it('shows the configuration with a reason per option', onlyFull('one more configuration of a real kernel'), async () => {
    const { exitCode, stdout } = await kernelkit(['config', 'show', source])
    expect(exitCode).toBe(0)
    expect(stdout).toMatch(/^VIRTIO_NET=y /m)
  })
})

describe('sources that cannot be built', () => {
  it.each([
    ['a directory that does not exist', './nowhere', /nowhere/],
    ['a directory that is not a kernel tree', '.', /kernel tree|Kbuild|Makefile/],
    ['a package that does not exist', 'deb:linux-source-0.1', /linux-source-0\.1/],
    ['a bare version', '6.1', /v6\.1/],
    ['a git repository that does not exist', 'git+file:///no/such/repository#main', /no\/such\/repository/],
    ['a git reference that does not exist', 'git+file:///no/such/repository', /no\/such\/repository/],
  ])('%s exits with status 125, a code and a hint', async (_what, given, named) => {
    const { exitCode, stderr } = await kernelkit(['build', given], { cwd: directory })
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/^[A-Z_]+: /m)
    expect(stderr).toMatch(/^Hint: /m)
    expect(stderr).toMatch(named)
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=(?:infra|config)-fail exit=125/)
  })

  it('a configuration file that does not exist is named', async () => {
    const { exitCode, stderr } = await kernelkit(['build', source, '--config', './missing.config'], { cwd: directory })
    expect(exitCode).toBe(125)
    expect(stderr).toContain('missing.config')
  })

  it('a misspelt preset gets the nearest name', async () => {
    const { exitCode, stderr } = await kernelkit(['build', source, '--config', 'minmal'], { cwd: directory })
    expect(exitCode).toBe(125)
    expect(stderr).toContain('minimal')
  })

  it('a symbol that the tree does not know is a warning when it comes from a file', async () => {
    await writeFile(join(directory, 'odd.config'), 'CONFIG_NO_SUCH_SYMBOL_AT_ALL=y\n')
    await using toy = await toyTree()
    const { exitCode, stderr } = await kernelkit(['config', 'show', toy.tree, '--config', './odd.config'], { cwd: directory })
    expect(exitCode).toBe(0)
    expect(stderr).toContain('NO_SUCH_SYMBOL_AT_ALL')
  })
})
