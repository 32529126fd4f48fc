import { execFileSync } from 'node:child_process'
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { toyTree } from '../packages/kernel/test/toy-tree.ts'
import { ourContainers } from './lib/engine.ts'
import { kernelkit, lastLine, startProgram, type CommandResult } from './lib/kernelkit.ts'
import { kernelkitBin } from './lib/paths.ts'
import { waitUntil } from './lib/processes.ts'
import { isFullRun, onlyFull } from './lib/tiers.ts'

const source = 'deb:linux-source-6.12'
const inDocker = ['--toolchain', 'docker'] as const
const jsonOf = ({ exitCode, stdout, stderr }: CommandResult): Readonly<Record<string, unknown>> => {
  if (exitCode !== 0) throw new Error(`exited with status ${exitCode}:\n${stderr}`)
  return JSON.parse(stdout) as Record<string, unknown>
}

interface KubernetesJob {
  readonly spec: {
    readonly template: {
      readonly spec: { readonly containers: readonly { readonly image: string; readonly command: readonly string[] }[] }
    }
  }
}

let directory = ''
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-e2e-'))
})
afterEach(async () => {
  rmSync(directory, { recursive: true, force: true })
  // Whatever the test was about.
  const left = await ourContainers()
  if (left.length > 0) throw new Error(`containers are left: ${left.join(', ')}`)
})

let tag = ''
/** The kernel of the tests, as the host has built it. */
let built: { readonly key: string; readonly kernel: string; readonly release: string }
beforeAll(async () => {
  built = jsonOf(await kernelkit(['build', source, '--json'], { timeoutMs: 40 * 60_000 })) as typeof built
  tag = jsonOf(await kernelkit(['toolchain', 'build', '--base', 'bootstrap', '--json'], { timeoutMs: 20 * 60_000 }))['tag'] as string
  await kernelkit(['toolchain', 'build', '--whole'], { timeoutMs: 20 * 60_000 })
})

describe('kernelkit toolchain', () => {
  it('builds an image without a registry, and lists it', async () => {
    const { images } = jsonOf(await kernelkit(['toolchain', 'ls', '--json'])) as { images: readonly Record<string, unknown>[] }
    expect(images).toContainEqual(expect.objectContaining({ tag, current: true, base: expect.stringMatching(/^bootstrap:/) }))
    expect((await kernelkit(['toolchain', 'ls'])).stdout).toContain(tag)
    expect((await kernelkit(['doctor'])).stdout).toMatch(/^ok +docker +version/m)
  })

  it('runs a command as the caller, with its streams, directory and exit status', async () => {
    const script = 'cat; echo noted >&2; pwd; echo made > file; exit 7'
    const { exitCode, stdout, stderr } = await kernelkit(['toolchain', 'run', 'sh', '-c', script], { cwd: directory, input: 'given\n' })
    expect([exitCode, stdout]).toEqual([7, `given\n${directory}\n`])
    expect(stderr).toContain('noted\n')
    const made = statSync(join(directory, 'file'))
    expect([made.uid, made.gid]).toEqual([process.getuid?.(), process.getgid?.()])
  })

  it('exits with status 127 for a program that is not there, and names it', async () => {
    const { exitCode, stdout, stderr } = await kernelkit(['toolchain', 'run', '--', 'no-such-program'], { cwd: directory })
    expect([exitCode, stdout]).toEqual([127, ''])
    expect(stderr).toContain('no-such-program')
  })

  it('has no network unless asked', async () => {
    const { stdout } = await kernelkit(['toolchain', 'run', '--', 'cat', '/proc/net/dev'], { cwd: directory })
    expect(stdout).not.toMatch(/^ *eth0:/m)
    const open = await kernelkit(['toolchain', 'run', '--net', 'user', '--', 'cat', '/proc/net/dev'], { cwd: directory })
    expect(open.stdout).toMatch(/^ *eth0:/m)
  })

  it('shows with --dry-run what it would build and remove, and changes nothing', async () => {
    expect((await kernelkit(['toolchain', 'build', '--dry-run'])).stdout).toMatch(
      new RegExp(`^# ${tag}: in the engine.*\\n[^]*^FROM `, 'm'),
    )
    expect((await kernelkit(['toolchain', 'prune', '--all', '--dry-run'])).exitCode).toBe(0)
    expect((await kernelkit(['toolchain', 'ls'])).stdout).toContain(tag)
  })

  it('names a compiler that the suite does not offer', async () => {
    const { exitCode, stderr } = await kernelkit(['toolchain', 'build', '--compiler', 'gcc-99'])
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/^TOOLCHAIN_PACKAGE: [^]*gcc-99/m)
  })
})

describe('--toolchain docker', () => {
  it('finds what the host built: the same key', async () => {
    const inside = await kernelkit(['build', source, ...inDocker, '--json'])
    expect(inside.stderr).toMatch(/^tools: Docker .* as --toolchain docker asks$/m)
    expect(jsonOf(inside)).toMatchObject({ key: built.key, kernel: built.kernel, cached: true })
  })

  it('compiles the same bytes as the host, modules too, without the compiler cache', async () => {
    await using toy = await toyTree({ inGit: true })
    const words = ['build', toy.tree, '--config', 'TOY=m', '--config', 'toy.config', '--json']
    const env = { KERNELKIT_CACHE_DIR: join(toy.directory, 'store'), CCACHE_DISABLE: '1' }
    const host = jsonOf(await kernelkit([...words, '--out', join(directory, 'host')], { env }))
    rmSync(host['buildDirectory'] as string, { recursive: true })
    // In the store it takes the place of the host's.
    const container = jsonOf(await kernelkit([...words, ...inDocker, '--force', '--out', join(directory, 'container')], { env }))
    expect(container).toMatchObject({ release: host['release'], key: host['key'], cached: false })
    const modules = ['kernel/drivers/toy/toy.ko', 'modules.dep'].map((name) => `modules/lib/modules/${String(host['release'])}/${name}`)
    for (const name of ['bzImage', 'vmlinux', ...modules])
      execFileSync('cmp', [join(directory, 'host', name), join(directory, 'container', name)])
  })

  it(
    'compiles the same whole kernel as the host, every object anew',
    onlyFull('1200 objects with the compiler cache off; a small tree shows the same above'),
    async () => {
      const words = ['build', source, '--config', 'minimal', '--json']
      const host = jsonOf(await kernelkit([...words, '--out', join(directory, 'host')], { timeoutMs: 40 * 60_000 }))
      rmSync(host['buildDirectory'] as string, { recursive: true })
      const again = [...words, ...inDocker, '--force', '--out', join(directory, 'container')]
      const container = jsonOf(await kernelkit(again, { env: { CCACHE_DISABLE: '1' }, timeoutMs: 40 * 60_000 }))
      expect(container).toMatchObject({ release: host['release'], cached: false })
      for (const name of ['bzImage', 'vmlinux']) execFileSync('cmp', [join(directory, 'host', name), join(directory, 'container', name)])
    },
  )

  it('bakes an image that boots, and boots it there', async () => {
    // The packages are those of the store, which packages/image/src/backend/container-backend.container.test.ts bootstraps in a container.
    const own = join(directory, 'store')
    mkdirSync(own)
    execFileSync('cp', ['-al', join(process.env['KERNELKIT_CACHE_DIR'] ?? '', 'rootfs'), own])
    const bake = ['bake', '--suite', 'bookworm', '--size', '1G', '--cache-dir', own, ...inDocker, ...(isFullRun() ? ['--force'] : [])]
    const baked = jsonOf(await kernelkit([...bake, '--json'], { timeoutMs: 20 * 60_000 }))
    expect(baked).toMatchObject({ cached: false, bytes: { apparent: 2 ** 30 } })
    const { kernel, release } = built
    const words = ['-k', kernel, '--image', baked['image'] as string, '--artifacts', 'out']
    const script = 'uname -r; echo kept > $KERNELKIT_ARTIFACTS/file; exit 3'
    const { exitCode, stdout, stderr } = await kernelkit(['run', ...inDocker, ...words, '--', 'sh', '-c', script], { cwd: directory })
    expect([exitCode, stdout]).toEqual([3, `${release}\n`])
    expect(lastLine(stderr)).toMatch(/^kernelkit: verdict=fail exit=3/)
    expect(readFileSync(join(directory, 'out/file'), 'utf8')).toBe('kept\n')
    expect(statSync(join(directory, 'out/file')).uid).toBe(process.getuid?.())
  })

  it('compiles the program of an initramfs, which boots there', async () => {
    writeFileSync(
      join(directory, 'hello.c'),
      '#include <stdio.h>\n#include <sys/reboot.h>\nint main(void) { puts("hello from init"); reboot(RB_POWER_OFF); }\n',
    )
    const made = await kernelkit(['initrd', 'hello.c', '-o', 'hello.gz', ...inDocker], { cwd: directory })
    expect([made.exitCode, made.stderr]).toEqual([0, expect.any(String)])
    const { kernel } = built
    const { exitCode, stdout } = await kernelkit(['boot', '-k', kernel, '--initrd', 'hello.gz', ...inDocker], { cwd: directory })
    expect(exitCode).toBe(0)
    expect(stdout).toContain('hello from init')
  })

  it('runs what plan prints for Kubernetes and GitLab in the image of the whole tool, a shard by each, and merges them', async () => {
    const { images } = jsonOf(await kernelkit(['toolchain', 'ls', '--json'])) as {
      images: readonly { readonly tag: string; readonly current: boolean }[]
    }
    const image = images.find((one) => one.current && one.tag !== tag)?.tag ?? ''
    const { kernel } = built
    copyFileSync(kernel, join(directory, 'bzImage'))
    const tests = [
      { name: 'good', run: 'true' },
      { name: 'bad', run: 'exit 3' },
    ]
    // A container without user namespaces is the guest's confinement itself.
    const vm = { root: 'host', unconfined: true, kernel: './bzImage', memory: '512M' }
    writeFileSync(join(directory, 'kernelkit.yaml'), JSON.stringify({ vm, tests }))
    // The user of the image is 1000: a pod's volume is its group's (fsGroup), GitLab's clone may be written by all.
    chmodSync(directory, 0o777)
    const plan = async (system: string) =>
      JSON.parse(
        (await kernelkit(['plan', '--shards', '2', '--for', system, '--container-image', image, '--trust-project'], { cwd: directory }))
          .stdout,
      ) as unknown
    const pod = ((await plan('kubernetes')) as KubernetesJob).spec.template.spec.containers[0]
    const pipeline = (await plan('gitlab')) as Readonly<Record<string, { readonly script: readonly string[] }>>
    const inImage = (script: string, env: readonly string[] = []) => {
      const words = ['run', '--rm', '-v', `${directory}:/src`, '-w', '/src', ...env.flatMap((one) => ['-e', one]), '--entrypoint', 'sh']
      return startProgram(['docker', ...words, pod?.image ?? '', '-c', script]).result
    }
    const first = await inImage(pod?.command[2] ?? '', ['JOB_COMPLETION_INDEX=0'])
    const second = await inImage(pipeline['kernelkit 2/2']?.script[0] ?? '')
    if (first.exitCode === 125 || second.exitCode === 125) throw new Error(first.stderr + second.stderr)
    expect([first.exitCode, second.exitCode].toSorted((a, b) => (a ?? 0) - (b ?? 0))).toEqual([0, 1])
    const merged = await inImage(pipeline['kernelkit merge']?.script[0] ?? '')
    expect(lastLine(merged.stderr)).toBe('kernelkit: verdict=fail exit=1 tests=2 passed=1 failed=1 lost=0 shards=2')
    expect(existsSync(join(directory, 'junit.xml'))).toBe(true)
  })

  it('run ends with a status for git bisect in a tree that is being bisected, whatever the words of the command are', async () => {
    mkdirSync(join(directory, '.git'))
    writeFileSync(join(directory, '.git', 'BISECT_START'), 'main\n')
    const { kernel } = built
    const words = ['sh', '-c', 'kill -SEGV $$', '--status=full']
    const { exitCode } = await kernelkit(['run', ...inDocker, '-k', kernel, '--root', 'host', '--', ...words], { cwd: directory })
    expect(exitCode).toBe(1)
  })

  it('reads a mirror of kernels in a directory of this machine there', async () => {
    const repository = join(directory, 'repository')
    mkdirSync(repository)
    execFileSync('createrepo_c', ['--quiet', repository])
    const words = ['run', ...inDocker, '-k', 'rpm:kernel', '--mirror', `file://${repository}`, '--root', 'none', '--', 'true']
    const { exitCode, stderr } = await kernelkit(words, { cwd: '/' })
    expect({ exitCode, stderr }).toEqual({
      exitCode: 125,
      stderr: expect.stringMatching(/^NO_SUCH_KERNEL: rpm:kernel: .*repository has no package 'kernel' of a kernel for x86_64/m) as string,
    })
  })

  it('takes --root host for the root of the container, and says so first', async () => {
    const { kernel } = built
    const { stdout, stderr } = await kernelkit(['run', ...inDocker, '-k', kernel, '--root', 'host', '--', 'ls', '/opt'], {
      cwd: directory,
    })
    expect(stdout).toContain('kernelkit')
    expect(stderr).toMatch(/--root host: in the container that is the container's root/)
  })

  it.each([
    ['run', ['--keep']],
    ['run', ['-p', '8080:80']],
    ['boot', ['--gdb']],
    ['ps', []],
    ['exec', ['vm']],
  ])('%s %j says why it cannot', async (command, words) => {
    const { exitCode, stderr } = await kernelkit([command, ...inDocker, ...words, ...(command === 'run' ? ['--', 'true'] : [])], {
      cwd: directory,
    })
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/^NOT_IN_CONTAINER: [^]*\nHint: /m)
  })

  it.each([
    ['below the working directory', './nowhere', /^BAD_SHARE: [^]*\.\/nowhere/m],
    ['elsewhere', '/no/such/directory', /^CONTAINER_MOUNT: \/no\/such\/directory/m],
  ])('names a directory that does not exist %s', async (_where, path, message) => {
    // The store's newest may be a toy of other tests.
    const { kernel } = built
    const words = ['-k', kernel, '-v', `${path}:/mnt`]
    const { exitCode, stderr } = await kernelkit(['run', ...inDocker, ...words, '--', 'true'], { cwd: directory })
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(message)
  })

  it('lists every place that was tried when no engine answers', async () => {
    const { exitCode, stderr } = await kernelkit(['bake', ...inDocker], { env: { DOCKER_HOST: 'unix:///no/such.sock' } })
    expect(exitCode).toBe(125)
    expect(stderr).toMatch(/^NO_ENGINE: [^]*unix:\/\/\/no\/such\.sock[^]*\nHint: /m)
  })
})

describe('--toolchain auto', () => {
  /** As on a machine without a compiler. */
  const bare = (): Readonly<Record<string, string>> => {
    const bin = join(directory, 'bin')
    mkdirSync(bin)
    for (const name of ['make', 'ld', 'flex', 'bison', 'bc', 'perl', 'xz', 'git', 'apt-get']) {
      writeFileSync(join(bin, name), '#!/bin/sh\n')
      chmodSync(join(bin, name), 0o755)
    }
    return { PATH: bin }
  }

  const dryRun = (tree: string) => ['build', tree, '--config', 'toy.config', '--dry-run']

  it('takes Docker where this machine lacks something, and says what', async () => {
    await using toy = await toyTree()
    const { stderr, exitCode } = await kernelkit(dryRun(toy.tree), { env: bare() })
    expect(stderr).toMatch(/^tools: Docker .* because this host lacks gcc/m)
    expect(exitCode).toBe(0)
  })

  it('reports what this machine lacks where no engine answers', async () => {
    await using toy = await toyTree()
    const { stderr, exitCode } = await kernelkit(dryRun(toy.tree), {
      env: { ...bare(), DOCKER_HOST: 'unix:///no/such.sock' },
    })
    expect(stderr).toMatch(/^HOST_LACKS: [^]*gcc/m)
    expect(exitCode).toBe(125)
  })

  it('takes this machine where it lacks nothing', async () => {
    await using toy = await toyTree()
    const { stderr } = await kernelkit(dryRun(toy.tree))
    expect(stderr).toMatch(/^tools: this host, which has all that build needs$/m)
  })
})

describe('Ctrl-C in the middle of a build in a container', () => {
  it('gives the prompt back before the compiler is done, and leaves neither a container nor a file of root', async () => {
    await using toy = await toyTree({ inGit: true })
    await toy.write('slow', 'sleep 100000')
    const other = 54_321
    chmodSync(toy.directory, 0o777)
    execFileSync('chown', ['-R', `${other}:${other}`, toy.directory])
    // Another user who may read this checkout and open the engine's socket, wherever they lie.
    const user = [
      '--reuid',
      String(other),
      '--regid',
      String(other),
      '--clear-groups',
      '--inh-caps',
      '+dac_override',
      '--ambient-caps',
      '+dac_override',
    ]
    const command = [process.execPath, kernelkitBin, 'build', '.', '--in-tree', '--config', 'toy.config', ...inDocker]
    const env = { HOME: toy.directory, KERNELKIT_CACHE_DIR: join(toy.directory, 'store') }
    const { child, result } = startProgram(['setpriv', ...user, '--', ...command], { cwd: toy.tree, env })
    await waitUntil('the compiler runs in the container', async () => {
      if (child.exitCode !== null) throw new Error((await result).stderr)
      return (await ourContainers()).length === 1 && execFileSync('ps', ['-eo', 'args'], { encoding: 'utf8' }).includes('sleep 100000')
    })
    child.kill('SIGINT')
    const { exitCode, stderr } = await result
    expect([exitCode, stderr]).toEqual([130, expect.stringMatching(/^INTERRUPTED: /m)])
    expect(await ourContainers()).toEqual([])
    expect(execFileSync('find', [toy.directory, '!', '-uid', String(other)], { encoding: 'utf8' })).toBe('')
    expect(existsSync(join(toy.tree, 'vmlinux'))).toBe(false)
  })
})
