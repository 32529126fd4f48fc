import { execFileSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { confinedArgv } from './confined-argv.ts'
import type { Confinement } from './hidden-paths.ts'

const confinement: Confinement = {
  way: 'user',
  hidden: [
    { path: '/proc', kind: 'directory' },
    { path: '/tmp', kind: 'directory' },
    { path: "/home/it's me/.ne trc", kind: 'file' },
  ],
  needed: [{ path: '/tmp/a b/vm\\linux', kind: 'file' }],
  exposed: [{ path: '/tmp/a b/seen', kind: 'directory' }],
}

describe('confinedArgv', () => {
  it('covers everything with one mount, for QEMU and in what the guest gets, and looks at each cover', () => {
    const argv = confinedArgv(confinement, { argv: ['qemu', '-m', '1G'], stage: '/run/vm/stage', setpriv: ['--no-new-privs'] })
    const at = argv.indexOf('-c')
    expect(argv.toSpliced(at + 1, 1).join(' ')).toBe(
      'unshare --mount --propagation=private --map-root-user sh -c kernelkit /run/vm/stage setpriv --no-new-privs --inh-caps=-all --bounding-set=-all qemu -m 1G',
    )
    expect(argv[at + 1]).toMatchInlineSnapshot(`
      "mkdir -p "$1" && cd "$1" &&
      mkdir -p own0 'own0/a b/seen' 'own0/a b' own1 out0 'out0/a b/seen' out1 tree own1/root own1/self/fd &&
      : > 'own0/a b/vm\\linux' &&
      : > own2 &&
      : > out2 &&
      printf '%s\\n' '/ tree none rbind 0 0' '/tmp/a\\040b/seen out0/a\\040b/seen none rbind 0 0' '/tmp/a\\040b/seen own0/a\\040b/seen none rbind 0 0' '/tmp/a\\040b/vm\\134linux own0/a\\040b/vm\\134linux none bind 0 0' 'out0 tree/tmp none rbind,ro 0 0' 'out1 tree/proc none rbind,ro 0 0' 'out2 tree/home/it'\\''s\\040me/.ne\\040trc none bind,ro 0 0' 'own0 /tmp none rbind,ro 0 0' 'own2 /home/it'\\''s\\040me/.ne\\040trc none bind,ro 0 0' "/proc/$$/fd own1/self/fd none bind 0 0" 'tree own1/root none rbind 0 0' 'own1 /proc none rbind,ro 0 0' > fstab && mount -a -T fstab &&
      [ /tmp -ef own0 ] &&
      [ /proc -ef own1 ] &&
      [ '/home/it'\\''s me/.ne trc' -ef own2 ] &&
      [ tree/tmp -ef out0 ] &&
      [ tree/proc -ef out1 ] &&
      [ 'tree/home/it'\\''s me/.ne trc' -ef out2 ] &&
      true || { echo 'kernelkit: what the guest must not see of this host cannot be hidden' >&2; exit 1; }
      shift
      cd "$OLDPWD" 2> /dev/null || cd /
      exec "$@""
    `)
  })

  it('is a script that a shell understands', () => {
    const argv = confinedArgv(confinement, { argv: ['true'], stage: '/x', setpriv: [] })
    expect(() => execFileSync('sh', ['-n', '-c', argv[argv.indexOf('-c') + 1] ?? 'exit 1'])).not.toThrow()
  })

  it('lets root keep what it needs to read files of others, not what takes covers off', () => {
    const argv = confinedArgv({ ...confinement, way: 'root' }, { argv: ['qemu'], stage: '/x', setpriv: [] })
    expect(argv).not.toContain('--map-root-user')
    expect(argv).toContain('--bounding-set=-sys_admin,-sys_ptrace,-sys_module,-sys_rawio,-sys_boot,-mknod')
  })
})
