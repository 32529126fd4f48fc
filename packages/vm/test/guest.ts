import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll } from 'vitest'
import { writeCpio, type CpioEntry } from '@kernelkit/core/cpio'
import type { QemuLaunch } from '@kernelkit/core/qemu'
import { launchOf } from '../../core/test/launch.ts'
import { openStore, silentLogger, nodeHost, type Host, type Store } from '@kernelkit/host'
import { agentInitrd, joinInitrds } from '../src/guest/agent-initrd.ts'
import { measureTscKhz } from '../src/guest/measure-tsc.ts'
import { makeConsolePipe } from '../src/process/spawn-qemu.ts'
import { reserveVm } from '../src/process/vm-state.ts'
import type { VmRequest } from '../src/vm.ts'

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-vm-test-'))
// Imported while a test file is collected: this is the last hook of that file.
afterAll(() => rmSync(scratch, { recursive: true, force: true }))

/** A new directory that is removed with the tests. */
export function scratchDirectory(): string {
  return mkdtempSync(join(scratch, 'x-'))
}

/** Programs of this host that the tests run in the guest. */
const programs = [
  'sh',
  'cat',
  'true',
  'sleep',
  'head',
  'id',
  'env',
  'pwd',
  'stty',
  'tty',
  'ls',
  'kill',
  'echo',
  'yes',
  'uname',
  'date',
  'hostname',
  'dd',
  'sha256sum',
  'ps',
  'getent',
  'stat',
]

/** Kernel of the VM tests: a file or a build directory in KERNELKIT_TEST_KERNEL. Missing is a failure, not a skip. */
function testKernel(): string {
  const named = process.env['KERNELKIT_TEST_KERNEL']
  if (named === undefined || !existsSync(named))
    throw new Error(`KERNELKIT_TEST_KERNEL has to name a kernel file or a build directory; it is ${named ?? 'not set'}`)
  if (!statSync(named).isDirectory()) return named
  const built = [join(named, 'vmlinux'), join(named, 'arch/x86/boot/bzImage')].find((path) => existsSync(path))
  if (built === undefined) throw new Error(`no kernel in ${named}`)
  return built
}

/** A user's initramfs with programs of this host and the libraries that they need. */
function hostProgramsInitrd(): string {
  const found = execFileSync('sh', ['-c', `for name; do command -v "/bin/$name" || command -v "/usr/bin/$name"; done`, 'sh', ...programs], {
    encoding: 'utf8',
  })
  const paths = found.trim().split('\n')
  const files = new Map(paths.map((path) => [`bin/${basename(path)}`, path]))
  for (const [, library] of execFileSync('ldd', paths, { encoding: 'utf8' }).matchAll(/(\/\S+) \(0x/g))
    if (library !== undefined) files.set(library.slice(1), library)
  const entries: CpioEntry[] = [...files].map(([path, from]) => ({ kind: 'file', path, mode: 0o755, content: readFileSync(from) }))
  entries.push({
    kind: 'file',
    path: 'etc/passwd',
    mode: 0o644,
    content: Buffer.from('root::0:0:root:/:/bin/sh\nnobody:x:65534:65534:nobody:/:/bin/sh\n'),
  })
  entries.push({ kind: 'file', path: 'etc/not-executable', mode: 0o644, content: Buffer.from('text\n') })
  const path = join(scratchDirectory(), 'user.cpio')
  writeFileSync(path, writeCpio(entries))
  return path
}

export interface TestGround {
  readonly host: Host
  readonly store: Store
  /** A request for one more VM, its directory and name reserved. */
  request(change?: {
    readonly name?: string
    readonly launch?: Partial<QemuLaunch>
    readonly append?: string
    readonly guest?: Partial<NonNullable<VmRequest['guest']>>
  }): Promise<VmRequest>
}

/** The base of every VM test: an initramfs guest with a few programs, everything else as the product makes it. */
export async function testGround(): Promise<TestGround> {
  const host = nodeHost({ log: silentLogger })
  const store = await openStore(host)
  const kernel = testKernel()
  const khz = await measureTscKhz(host, store)
  const agent = await agentInitrd({ arch: 'x86_64', layout: 'appended', host, store })
  const user = hostProgramsInitrd()
  const initrd = join(dirname(user), 'joined.cpio')
  await joinInitrds({ user, agent, to: initrd, host })
  return {
    host,
    store,
    async request(change = {}) {
      const place = await reserveVm(host, change.name === undefined ? {} : { name: change.name })
      await makeConsolePipe(host, place.directory)
      const launch = launchOf({
        id: place.id,
        cpus: 1,
        memoryMiB: 256,
        kernel,
        initrd,
        append:
          `console=ttyS0 earlycon=uart8250,io,0x3f8 panic=-1 oops=panic no_timer_check tsc_early_khz=${khz ?? 0} tsc=reliable rdinit=/.kernelkit/init kernelkit.root=initramfs kernelkit.init=agent ${change.append ?? ''}`.trim(),
        drives: [],
        shares: [],
        network: { kind: 'none' },
        runtimeDirectory: place.directory,
        ...change.launch,
      })
      return {
        launch,
        name: place.name,
        directory: place.directory,
        consolePath: join(scratchDirectory(), 'console.log'),
        timedConsolePath: join(scratchDirectory(), 'console.timed.log'),
        logLimitBytes: 2 ** 30,
        guest: { hostname: 'testguest', files: [], ssh: false, ...change.guest },
        facts: {},
      }
    },
  }
}
