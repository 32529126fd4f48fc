import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { kernelkit, lastLine, testArtifacts } from './lib/kernelkit.ts'
import { rareArtifact } from './lib/rare-artifact.ts'
import { onlyFull } from './lib/tiers.ts'

const flavours = [
  'debian:11/cloud',
  'debian:12',
  'debian:12/cloud',
  'debian:12/rt',
  'debian:12-backports',
  'debian:13',
  'debian:13/cloud',
  'debian:13/rt',
  'debian:13-backports/cloud',
  'debian:sid/cloud',
  'debian:12 --arch i386',
] as const

const page = join(import.meta.dirname, '../docs/kernels.md')
const table = /(?<=<!-- flavours -->\n)[^]*?(?=<!-- \/flavours -->)/
const heading = '| kernel | directories | `--root host` | `--image` | `--root none` | machine | BTF |'
const rows = new Map<string, string>()

// The first part as docs/kernels.md shows it.
const script = 'uname -r; modprobe dummy && ls -d /sys/class/net/dummy0; test -e /sys/kernel/btf/vmlinux && echo btf'

interface Boot {
  readonly release: string
  readonly btf: boolean
  readonly directories: string
  readonly machine: string
}

async function boot(words: readonly string[]): Promise<Boot> {
  const { stdout, stderr } = await kernelkit(['run', ...words, '--', 'sh', '-c', `${script}; true`])
  const [release = '', device, btf] = stdout.split('\n')
  if (!/verdict=pass\b/.test(lastLine(stderr)) || device !== '/sys/class/net/dummy0') throw new Error(`${stdout}\n${stderr}`)
  return {
    release,
    btf: btf === 'btf',
    directories: /^directories (?:over |on )(virtiofs|read-only disks)/m.exec(stderr)?.[1] ?? '9p',
    machine: /^machine (\S+)/m.exec(stderr)?.[1] ?? '',
  }
}

describe("Debian's kernels, release by release", onlyFull('eleven kernels are fetched, 21 to 116 MB each, and booted three times'), () => {
  it.each(flavours)('-k %s boots on the root of this machine, an image and an initramfs, and loads modules in each', async (flavour) => {
    const [reference = '', ...arch] = flavour.split(' ')
    const kernel = ['-k', reference, ...arch]
    const ofOtherArch = arch.length > 0
    const image = ofOtherArch
      ? ((await rareArtifact<{ readonly image: string }>(['bake', ...arch], 'image', 20 * 60_000))?.image ?? '')
      : testArtifacts().image
    const onImage = await boot([...kernel, '--image', image])
    // Programs of this machine do not run on another architecture.
    const others = ofOtherArch ? [] : [await boot([...kernel, '--root', 'host']), await boot([...kernel, '--root', 'none'])]
    for (const { release } of others) expect(release).toBe(onImage.release)
    const elsewhere = ofOtherArch ? '–' : 'yes'
    const cells = [onImage.directories, elsewhere, 'yes', elsewhere, onImage.machine, onImage.btf ? 'yes' : 'no']
    rows.set(flavour, `| \`${flavour}\` | ${cells.join(' | ')} |`)
  })

  // VMCOREINFO says where the list of symbols is since Linux 6.0.
  it.each(flavours.filter((flavour) => !flavour.startsWith('debian:11') && !flavour.includes('--arch')))(
    '-k %s shows its functions to inspect without debug symbols, wherever the machine has its memory',
    async (flavour) => {
      const name = `e2e-flavours-${process.pid}`
      try {
        const words = ['-k', flavour, '--image', testArtifacts().image, '--no-cwd', '--memory', '4G']
        await kernelkit(['run', '--keep', '--name', name, ...words, '--', 'true'])
        expect((await kernelkit(['inspect', name])).stdout).toMatch(/^ +(?:\? )?do_idle\+0x/m)
      } finally {
        await kernelkit(['stop', '--kill', name])
      }
    },
  )

  it('are in the table of docs/kernels.md, which `vitest run --project vm e2e/flavours.vm.test.ts -u` writes', async () => {
    const text = await readFile(page, 'utf8')
    // Of those that were left out with -t the page keeps what it says.
    const known = (flavour: string): string | undefined =>
      table
        .exec(text)?.[0]
        .split('\n')
        .find((line) => line.startsWith(`| \`${flavour}\` |`))
    const lines = flavours.map((flavour) => rows.get(flavour) ?? known(flavour) ?? `| \`${flavour}\` | not tried |`)
    const whole = [heading, heading.replaceAll(/[^|]+/g, '---'), ...lines]
    await expect(text.replace(table, () => `\n${whole.join('\n')}\n\n`)).toMatchFileSnapshot(page)
  })
})
