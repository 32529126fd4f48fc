import { execFileSync, spawnSync } from 'node:child_process'
import { access, mkdir, mkdtemp, readFile, readdir, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { UserError } from '@kernelkit/core/errors'
import { toyTree } from '../../test/toy-tree.ts'

async function failure(work: Promise<unknown>): Promise<UserError> {
  try {
    await work
  } catch (error) {
    if (error instanceof UserError) return error
    throw error
  }
  throw new Error('it did not fail')
}

describe('buildKernel', () => {
  it('builds, records what it did, and answers from the store while nothing changed', async () => {
    await using toy = await toyTree({ inGit: true })
    const first = await toy.build()
    expect(first.cached).toBe(false)
    expect(first.manifest.release).toBe('0.1.0+')
    expect(first.manifest.objects).toBe(2)
    expect(first.manifest.added).toEqual(['+MENU for FEATURE, toy.config:1'])
    expect(await readFile(first.config, 'utf8')).toMatch(/^CONFIG_64BIT=y\nCONFIG_MENU=y\nCONFIG_FEATURE=y\n# CONFIG_MODULES is not set\n/)
    await access(first.kernel)
    const second = await toy.build()
    expect([second.cached, second.key]).toEqual([true, first.key])
    expect(toy.git('status', '--porcelain')).toBe('')
  })

  it('a changed, an added and a removed file each give a new key, and only what differs is compiled', async () => {
    await using toy = await toyTree({ inGit: true })
    const keys = [(await toy.build()).key]
    await toy.write('init/other.c', 'int other(void) { return 3; }\n')
    const changed = await toy.build()
    expect(changed.manifest.objects).toBe(1)
    await toy.write('init/new.c', 'int added;\n')
    keys.push(changed.key, (await toy.build()).key)
    await rm(join(toy.tree, 'init/new.c'))
    expect((await toy.build()).key).toBe(changed.key)
    expect(new Set(keys).size).toBe(3)
    // A build product does not count as a change.
    await toy.write('init/main.o', 'x')
    expect((await toy.build()).cached).toBe(true)
  })

  it('a change in a plain directory is seen, even one of the same size and time', async () => {
    await using toy = await toyTree()
    const first = await toy.build()
    expect(first.manifest.release).toBe('0.1.0')
    const path = join(toy.tree, 'init/main.c')
    const { atime, mtime } = await stat(path)
    await writeFile(path, (await readFile(path, 'utf8')).replace('1', '7'))
    await utimes(path, atime, mtime)
    const second = await toy.build()
    expect([second.cached, second.key === first.key]).toEqual([false, false])
  })

  it("sees what is tracked but ignored, leaves nested repositories out, and reads Debian's tree, which ignores itself", async () => {
    await using toy = await toyTree({ inGit: true })
    await toy.write('init/.hidden.h', '1')
    toy.git('add', '-f', 'init/.hidden.h')
    await toy.write('nested/file', '1')
    execFileSync('git', ['init', '-q', join(toy.tree, 'nested')])
    const { key } = await toy.build()
    await toy.write('nested/file', '2')
    expect((await toy.build()).key).toBe(key)
    await toy.write('init/.hidden.h', '2')
    expect((await toy.build()).key).not.toBe(key)

    await using debian = await toyTree()
    await debian.write('.gitignore', '*.o\n/*\n!/debian/\n')
    await debian.build()
    await debian.write('init/main.o', 'x')
    expect((await debian.build()).cached).toBe(true)
    await debian.write('init/new.c', 'int added;\n')
    expect((await debian.build()).manifest.objects).toBe(1)
    await debian.write('init/main.c', 'int start_kernel;\n')
    expect((await debian.build()).cached).toBe(false)
  })

  it('builds a tree that was built in place from a private view, and follows its changes', async () => {
    await using toy = await toyTree({ inGit: true })
    await toy.write('.config', 'CONFIG_OLD=y\n')
    await toy.write('include/config/kernel.release', 'old\n')
    const first = await toy.build()
    expect(toy.log.join('\n')).toContain('private view')
    expect(first.manifest.source.tree).not.toBe(toy.tree)
    await toy.write('init/other.c', 'int other(void) { return 4; }\n')
    await rm(join(toy.tree, 'kernel/configs/toy.config'))
    const second = await toy.build([toy.tree], { raw: { config: ['FEATURE=y', './kernel/configs/toy.config?'] } })
    expect(second.cached).toBe(false)
    expect(await readFile(join(toy.tree, '.config'), 'utf8')).toBe('CONFIG_OLD=y\n')
    await expect(access(join(first.manifest.source.tree, 'kernel/configs/toy.config'))).rejects.toThrow('ENOENT')
  })

  it('builds inside the tree with --in-tree, and keeps the configuration that was there', async () => {
    await using toy = await toyTree({ inGit: true })
    await toy.write('.config', 'CONFIG_OLD=y\n')
    const build = await toy.build([toy.tree], { raw: { inTree: true } })
    expect(build.manifest.buildDirectory).toBe(toy.tree)
    await access(join(toy.tree, 'vmlinux'))
    expect(await readFile(join(toy.tree, '.config.old'), 'utf8')).toBe('CONFIG_OLD=y\n')
  })

  it('gives the same bytes from another path and without ccache, and no path in them', async () => {
    await using one = await toyTree()
    await using two = await toyTree({ name: 'a-tree-of-another-name' })
    await using three = await toyTree({ env: { CCACHE_DISABLE: '1' } })
    const [first, second, third] = [await one.build(), await two.build(), await three.build()]
    expect(first.manifest.sha256).toEqual(second.manifest.sha256)
    expect(first.manifest.sha256).toEqual(third.manifest.sha256)
    const strings = await readFile(first.vmlinux, 'latin1')
    expect(strings).not.toContain('kernelkit-toy-')
    expect(strings).toContain('init/main.c')
  })

  it('ccache hits from a second path', async ({ skip }) => {
    const found = spawnSync('ccache', ['--version']).status === 0
    skip(!found, 'ccache is not installed')
    const cache = await mkdtemp(join(tmpdir(), 'kernelkit-ccache-'))
    try {
      const env = { CCACHE_DIR: cache }
      await using one = await toyTree({ env })
      await using two = await toyTree({ env })
      const [first, second] = [await one.build(), await two.build()]
      expect(second.manifest.sha256).toEqual(first.manifest.sha256)
      const statistics = execFileSync('ccache', ['--print-stats'], { encoding: 'utf8', env: { ...process.env, ...env } })
      expect(statistics).toMatch(/^direct_cache_hit\t2$/m)
    } finally {
      await rm(cache, { recursive: true, force: true })
    }
  })

  it('reports compile errors with file and line, stores nothing, and builds after the fix', async () => {
    await using toy = await toyTree({ inGit: true })
    await toy.write('init/main.c', 'int start_kernel(void)\n{\n\treturn nothing;\n}\n')
    const error = await failure(toy.build())
    expect([error.code, error.verdict]).toEqual(['BUILD_FAILED', 'build-fail'])
    expect(error.message).toMatch(/init\/main\.c:3:\d+: error: .*nothing.* undeclared/)
    expect(error.details['errors']).toMatchObject([{ file: 'init/main.c', line: 3 }])
    expect(await readdir(join(toy.directory, 'store', 'kernel')).catch(() => [])).toEqual([])
    await toy.write('init/main.c', 'int start_kernel(void)\n{\n\tint unused;\n\treturn 0;\n}\n')
    const { manifest } = await toy.build()
    expect(manifest.diagnostics).toMatchObject([
      { severity: 'warning', file: 'init/main.c', line: 3, message: expect.stringContaining('unused') },
    ])
  })

  it('names every configuration problem before it compiles', async () => {
    await using toy = await toyTree()
    const raw = { config: ['toy.config', '-MENU', 'FEATUER=y', 'MENU_OF_THE_DAY=y?'] }
    const error = await failure(toy.build([toy.tree], { raw }))
    expect([error.code, error.verdict]).toEqual(['CONFIG_UNMET', 'config-fail'])
    expect(error.message).toContain(
      'FEATUER: asked for y (--config FEATUER=y), but this tree has no such symbol for this architecture; did you mean FEATURE?',
    )
    expect(error.message).toContain(
      'FEATURE: asked for y (toy.config:1), found n: needs MENU (Kconfig:3), which was set to n by --config -MENU',
    )
    expect(error.message).not.toContain('MENU_OF_THE_DAY')
    const warned = await toy.build([toy.tree], { raw: { ...raw, configCheck: 'warn' } })
    expect(warned.manifest.unmet).toHaveLength(2)
    expect((await failure(toy.build([toy.tree], { raw }))).code).toBe('CONFIG_UNMET')
  })

  it('ends make and its children when it is interrupted, leaves nothing, and works again', async () => {
    await using toy = await toyTree()
    // A number of its own distinguishes this sleep from any other on the machine.
    const nap = `sleep 60.${process.pid}`
    await toy.write('slow', nap)
    const controller = new AbortController()
    const running = toy.build([toy.tree], { signal: controller.signal })
    running.catch(() => {})
    const isCompiling = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(`-C ${toy.tree}`)
    for (let tries = 0; tries < 200 && !isCompiling(); tries++) await delay(50)
    const naps = () => execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes(nap)
    for (let tries = 0; tries < 200 && !naps(); tries++) await delay(50)
    expect(naps()).toBe(true)
    controller.abort(new Error('Ctrl-C'))
    await expect(running).rejects.toThrow('Ctrl-C')
    await delay(200)
    expect(isCompiling()).toBe(false)
    expect(execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' })).not.toContain(nap)
    expect(await readdir(join(toy.directory, 'store', 'kernel')).catch(() => [])).toEqual([])
    await rm(join(toy.tree, 'slow'))
    expect((await toy.build()).cached).toBe(false)
  })

  it('a second build of the same kernel waits for the first and takes its result', async () => {
    await using toy = await toyTree()
    const builds = await Promise.all([toy.build(), toy.build()])
    expect(builds.filter((build) => build.cached)).toHaveLength(1)
    expect(toy.log.join('\n')).toMatch(/waiting for/)
  })

  it('compiles objects again that a killed build may have left incomplete', async () => {
    await using toy = await toyTree()
    const { manifest } = await toy.build()
    const marker = join(manifest.buildDirectory, '..', 'compiling')
    await writeFile(marker, '')
    await utimes(marker, 1, 1)
    await writeFile(join(manifest.buildDirectory, 'init', 'main.o'), 'cut off')
    const again = await toy.build([toy.tree], { raw: { force: true } })
    expect(again.manifest.sha256).toEqual(manifest.sha256)
    expect(toy.log.join('\n')).toContain('that may be incomplete are compiled again')
    await expect(access(marker)).rejects.toThrow('ENOENT')
  })

  it('copies the artifacts out, which does not count as a change of the tree', async () => {
    await using toy = await toyTree({ inGit: true })
    const out = join(toy.tree, 'out')
    const { kernel, config, directory } = await toy.build([toy.tree], { raw: { out } })
    expect({ kernel, config }).toEqual({ kernel: join(out, 'bzImage'), config: join(out, '.config') })
    expect(directory).not.toBe(out)
    expect((await toy.build()).cached).toBe(true)
    expect((await readdir(out)).toSorted()).toEqual(['.config', '.gitignore', 'System.map', 'bzImage', 'manifest.json', 'vmlinux'])
  })

  it('fetches a branch, a tag and a commit of a repository, and nothing for what it has', async () => {
    await using toy = await toyTree({ inGit: true })
    toy.git('tag', '-a', '-m', 'release', 'v0.1')
    const commit = toy.git('rev-parse', 'HEAD').trim()
    const source = (ref: string) => [`git+file://${toy.tree}#${ref}`]
    const tag = await toy.build(source('v0.1'))
    expect(tag.manifest.release).toBe('0.1.0')
    const branch = await toy.build(source('main'))
    expect(branch.manifest.release).toBe(`0.1.0-g${commit.slice(0, 12)}`)
    expect((await toy.build(source(commit))).key).toBe(branch.key)
    await toy.write('init/other.c', 'int other(void) { return 9; }\n')
    toy.git('commit', '-qam', 'second')
    const next = await toy.build(source('main'))
    expect([next.cached, next.manifest.objects]).toEqual([false, 1])
    expect((await failure(toy.build(source('no-such-branch')))).message).toContain("no branch or tag 'no-such-branch'")
    const absent = await failure(toy.build([`git+${toy.directory}/nowhere#main`]))
    expect([absent.code, absent.message]).toEqual([
      'NO_SUCH_SOURCE',
      `the git repository ${toy.directory}/nowhere does not answer: '${toy.directory}/nowhere' does not appear to be a git repository.`,
    ])
  })

  it('plans without changing anything, and says when it would have to fetch first', async () => {
    await using toy = await toyTree({ inGit: true })
    const { key } = await toy.build()
    await toy.write('.config', 'CONFIG_OLD=y\n')
    await toy.write('include/config/kernel.release', 'old\n')
    const listing = () => execFileSync('find', ['.', '-printf', '%p %s %T@\n'], { cwd: toy.directory, encoding: 'utf8' })
    const before = listing()
    expect((await toy.plan()).key).toBe(key)
    expect((await failure(toy.plan([`git+file://${toy.tree}#main`]))).code).toBe('DRY_RUN_LIMIT')
    expect(listing()).toBe(before)
  })

  it("keeps kconfig's own programs in the store's compiler cache", async ({ skip }) => {
    skip(spawnSync('ccache', ['--version']).status !== 0, 'ccache is not installed')
    await using toy = await toyTree({ env: { CCACHE_DIR: undefined, CCACHE_DISABLE: undefined } })
    const conf = await readFile(join(toy.tree, 'scripts/kconfig/conf.pl'), 'utf8')
    await toy.write('scripts/kconfig/conf.pl', `print "warning: $ENV{CCACHE_DIR}\\n";${conf}`)
    expect((await toy.build()).manifest.warnings).toEqual([`warning: ${toy.directory}/store/ccache`])
  })

  it('the log says which of two contradicting options counts', async () => {
    await using toy = await toyTree()
    await toy.build([toy.tree], { raw: { config: ['toy.config', 'FEATURE=n'] } })
    expect(toy.log).toContain('FEATURE: n (--config FEATURE=n) overrules y (toy.config:1)')
  })

  it('unpacks a tarball whose checksum is right', async () => {
    await using toy = await toyTree({ inGit: true })
    const tarball = join(toy.directory, 'toy.tar.gz')
    toy.git('archive', '--prefix=linux-0.1/', '-o', tarball, 'HEAD')
    const sha256 = execFileSync('sha256sum', [tarball], { encoding: 'utf8' }).slice(0, 64)
    const build = await toy.build([tarball], { raw: { sha256 } })
    expect(build.manifest.release).toBe('0.1.0')
    expect((await failure(toy.build([tarball], { raw: { sha256: '0'.repeat(64) } }))).code).toBe('FETCH_FAILED')
    expect((await failure(toy.build([join(toy.directory, 'no.tar.gz')]))).code).toBe('NO_SUCH_SOURCE')
  })

  it('refuses a source that is not a kernel tree, is missing, or names a missing file', async () => {
    await using toy = await toyTree()
    const empty = join(toy.directory, 'empty')
    await mkdir(empty)
    expect((await failure(toy.build([empty]))).code).toBe('NOT_A_KERNEL_TREE')
    expect((await failure(toy.build([join(toy.directory, 'absent')]))).code).toBe('NO_SUCH_SOURCE')
    expect((await failure(toy.build([toy.tree], { raw: { config: ['./absent.config', 'other.config'] } }))).message).toContain(
      './absent.config, other.config',
    )
    await toy.write('../junk.config', 'CONFIG_MENU=y\nhello\n# CONFIG_FEATURE is not set\n')
    const junk = await failure(toy.build([toy.tree], { raw: { base: '../junk.config' } }))
    expect([junk.code, junk.message]).toEqual(['BAD_CONFIG_LINE', expect.stringContaining('junk.config:2: hello')])
    expect((await failure(toy.build([toy.tree], { raw: { compiler: 'gcc-1' } }))).code).toBe('BAD_COMPILER')
  })
})
