import { describe, expect, test } from 'vitest'
import { debootstrapArgv, imageSourceLine, mmdebstrapArgv, packTreeArgv, type BootstrapOptions } from './bootstrap-argv.ts'

const options: BootstrapOptions = {
  source: { uri: 'http://mirror.example/debian', suite: 'bookworm', components: ['main'], keyring: '/usr/share/keyrings/x.gpg' },
  debianArch: 'i386',
  packages: ['iproute2', 'udev'],
  requested: [],
  aptOptions: ['Acquire::Check-Valid-Until "false"'],
}

describe('the bootstrap commands', () => {
  test('mmdebstrap packs essential packages and what is included', () => {
    expect(mmdebstrapArgv({ ...options, mode: 'unshare', output: '/w/rootfs.tar' })).toEqual([
      'mmdebstrap',
      '--mode=unshare',
      '--variant=essential',
      '--format=tar',
      '--architectures=i386',
      '--include=iproute2,udev',
      '--components=main',
      '--keyring=/usr/share/keyrings/x.gpg',
      '--setup-hook=cd "$1" && for name in bin lib sbin; do mkdir -p usr/$name && ln -s usr/$name $name; done',
      `--setup-hook=mkdir -p "$1/etc/apt/preferences.d" && printf 'Package: usrmerge\\nPin: release *\\nPin-Priority: -1\\n' > "$1/etc/apt/preferences.d/99kernelkit-bootstrap"`,
      '--dpkgopt=force-unsafe-io',
      '--dpkgopt=path-exclude=/usr/share/man/*',
      '--dpkgopt=path-exclude=/usr/share/info/*',
      '--dpkgopt=path-exclude=/usr/share/locale/*',
      '--dpkgopt=path-include=/usr/share/locale/locale.alias',
      '--dpkgopt=path-exclude=/usr/share/doc/*',
      '--dpkgopt=path-include=/usr/share/doc/*/copyright',
      '--aptopt=Acquire::Check-Valid-Until "false"',
      expect.stringMatching(/^--customize-hook=.*systemd-tmpfiles" --root="\$1" --create /),
      'bookworm',
      '/w/rootfs.tar',
      'http://mirror.example/debian',
    ])
  })

  test('mmdebstrap looks the requested packages up before it installs any', () => {
    expect(mmdebstrapArgv({ ...options, requested: ['strace', 'g++'], mode: 'root', output: '/o' })).toContain(
      '--extract-hook=APT_CONFIG="$MMDEBSTRAP_APT_CONFIG" apt-get --simulate -q install strace g++ > /dev/null',
    )
  })

  test('debootstrap does the same into a directory', () => {
    expect(debootstrapArgv({ ...options, target: '/w/tree' })).toEqual([
      'debootstrap',
      '--variant=minbase',
      '--arch=i386',
      '--include=iproute2,udev',
      '--components=main',
      '--keyring=/usr/share/keyrings/x.gpg',
      'bookworm',
      '/w/tree',
      'http://mirror.example/debian',
    ])
  })

  test("debootstrap's directory is packed sorted, without times of the host", () => {
    const argv = packTreeArgv({ tree: '/w/tree', output: '/w/rootfs.tar', epoch: 1700000000 })
    expect(argv).toEqual(
      expect.arrayContaining(['--sort=name', '--mtime=@1700000000', '--clamp-mtime', '--numeric-owner', '--exclude=./dev/*']),
    )
    expect(argv.slice(-3)).toEqual(['-cf', '/w/rootfs.tar', '.'])
  })

  test("the image's own source line has neither the host's keyring nor a password", () => {
    expect(imageSourceLine({ ...options.source, uri: 'https://ann:secret@mirror.example/debian' })).toBe(
      'deb https://mirror.example/debian bookworm main',
    )
  })
})
