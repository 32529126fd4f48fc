import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { givenOptions } from '@kernelkit/core/options'
import { parseImageSpec } from '@kernelkit/core/options/build'
import { renderScript } from '@kernelkit/core/plan'
import { nodeHost, openStore, type Host, type Store } from '@kernelkit/host'
import { bakeImage } from './bake.ts'
import { planBake } from './print-steps.ts'
import { copyImage } from './copy-image.ts'
import { effectsOfPlan, recordingHost } from '../../../kernel/test/recording-host.ts'

// The packages come from the store, where the image of the VM tests left them; each test only assembles.
/** Directories have another name in every run. */
function withoutRandomNames(effect: string): string {
  return effect
    .replaceAll(/\/tmp\/kernelkit-(?:bake|image)-[^/ ]+/g, 'WORK')
    .replaceAll(/\/tmp\/kernelkit-overlay-[^/ ]+/g, 'OVERLAYS')
    .replaceAll(new RegExp(`${join(store.root, 'tmp')}/image-[^/ ]+`, 'g'), 'ARTIFACTS')
}

/** Of the store, and of the work directory. */
function isBookkeeping(effect: string): boolean {
  const [kind = '', path = ''] = effect.split(/[ \n]/)
  return (
    kind !== 'run' &&
    kind !== 'copy' &&
    (path.includes('/locks/') || path === 'ARTIFACTS' || /\.json$|\/key\.txt$|\/image\/[0-9a-f]+|\/tmp\//.test(path))
  )
}

let directory: string
let host: Host
let store: Store
const bake = (raw: Record<string, unknown>) =>
  bakeImage(host, store, parseImageSpec(givenOptions({ suite: 'bookworm', size: '512M', ...raw }), { hostArch: 'x86_64' }))
const inside = (image: string, command: string) =>
  execFileSync('debugfs', ['-R', command, image], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
  })

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'kernelkit-test-'))
  host = nodeHost({ cwd: directory })
  store = await openStore(host)
  mkdirSync(join(directory, 'over/lib'), { recursive: true })
  mkdirSync(join(directory, 'over/etc'))
  writeFileSync(join(directory, 'over/lib/from-overlay'), 'overlay\n')
  writeFileSync(join(directory, 'over/etc/motd'), 'baked\n')
  // The directory's own mode must not become the root's.
  chmodSync(join(directory, 'over'), 0o700)
  writeFileSync(
    join(directory, 'good.sh'),
    'set -e\nid -u > /etc/customised\ngrep -q baked /etc/motd\ncat /proc/self/status > /dev/null\nuseradd -m tester\n',
  )
  writeFileSync(join(directory, 'bad.sh'), '#!/bin/bash\necho the reason\nexit 5\n')
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('bakeImage', () => {
  test('bakeImage copies overlays over the root, runs scripts inside it, and leaves a clean file system', async () => {
    const { image, bytes, packages } = await bake({ overlay: ['over'], customize: ['good.sh'] })
    execFileSync('e2fsck', ['-fn', image], {
      stdio: 'ignore',
      env: { ...process.env, PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin` },
    })
    expect(inside(image, 'cat /etc/customised')).toBe('0\n')
    expect(inside(image, 'cat /usr/lib/from-overlay')).toBe('overlay\n')
    expect(inside(image, 'stat /')).toMatch(/Mode: +0755/)
    expect(inside(image, 'stat /home/tester')).toMatch(/User: +1000/)
    // What the script needed is gone again.
    expect(inside(image, 'ls -p /dev').match(/\/null\//)).toBeNull()
    expect(inside(image, 'cat /etc/resolv.conf')).toBe('nameserver 10.0.2.3\n')
    expect(bytes.apparent).toBe(512 * 2 ** 20)
    expect(packages.map(({ name }) => name)).toEqual(expect.arrayContaining(['openssh-server', 'systemd', 'udev']))
  })

  test('bakeImage does what the dry run prints, and gives the same bytes when the image is made again, also by the printed script in sh', async () => {
    const spec = parseImageSpec(givenOptions({ suite: 'bookworm', size: '512M', overlay: ['over'], customize: ['good.sh'] }), {
      hostArch: 'x86_64',
    })
    // Made again, from the packages that the store has.
    const before = await bakeImage(host, store, spec)
    const first = await copyImage(host, before, join(directory, 'first.ext4'))
    const entry = await store.lookup('image', before.key)
    expect((await planBake(host, store, spec)).image).toBe(join(entry?.path ?? '', 'root.ext4'))
    if (entry !== undefined) await store.remove(entry)
    const recorded: string[] = []
    const recording = recordingHost(host, (effect) => recorded.push(effect))
    const out = join(directory, 'pasted.ext4')
    const { plan } = await planBake(recording, store, spec)
    const questions = recorded.splice(0)
    const { image, cached } = await bakeImage(recording, store, spec)
    expect(cached).toBe(false)
    execFileSync('cmp', [first, image])
    const executed = recorded.map(withoutRandomNames).filter((effect) => !isBookkeeping(effect))
    for (const question of questions.map(withoutRandomNames)) {
      const at = executed.indexOf(question)
      if (at >= 0) executed.splice(at, 1)
    }
    const planned = effectsOfPlan(plan).map(withoutRandomNames)
    // Its checksum is a part of the key: the archive of the overlays is made before, in a dry run too.
    expect(planned[0]).toMatch(/^run \. LC_ALL=C tar /)
    // And removed where the run gives it back.
    expect(planned.at(-1)).toBe('remove OVERLAYS')
    expect(executed).toEqual(planned.slice(1, -1))
    const TMPDIR = join(directory, 'pasted')
    mkdirSync(TMPDIR)
    const script = renderScript((await planBake(host, store, spec, { out })).plan)
    execFileSync('sh', { input: script, stdio: ['pipe', 'ignore', 'pipe'], env: { ...process.env, TMPDIR } })
    expect(readdirSync(TMPDIR)).toEqual([expect.stringMatching(/^kernelkit-[0-9a-f]{12}-/)])
    execFileSync('cmp', [out, image])
  })

  test('bakeImage reports the script that failed with its last lines, and keeps nothing', async () => {
    const before = readdirSync(join(store.root, 'image'))
    await expect(bake({ customize: ['bad.sh'] })).rejects.toMatchObject({
      code: 'CUSTOMIZE_FAILED',
      message: expect.stringMatching(/bad\.sh exited with status 5.*\nthe reason/),
    })
    expect(readdirSync(join(store.root, 'image'))).toEqual(before)
  })

  test('bakeImage reports the size that the image needs when the root does not fit', async () => {
    mkdirSync(join(directory, 'big'))
    execFileSync('dd', ['if=/dev/urandom', `of=${join(directory, 'big/file')}`, 'bs=1M', 'count=200'], { stdio: 'ignore' })
    await expect(bake({ size: '256M', overlay: ['big'] })).rejects.toMatchObject({
      code: 'IMAGE_TOO_SMALL',
      hint: expect.stringMatching(/--size \d+M or more/),
    })
  })
})
