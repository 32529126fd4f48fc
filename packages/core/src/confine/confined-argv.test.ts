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
  later: { seen: ['/', '/proc', "/mnt/it's"], free: ['/home/me/src'] },
}

describe('confinedArgv', () => {
  it('covers everything with one mount, for QEMU and in what the guest gets, and looks at each cover', () => {
    const argv = confinedArgv(confinement, { argv: ['qemu', '-m', '1G'], stage: '/run/vm/stage', setpriv: ['--no-new-privs'] })
    const at = argv.indexOf('-c')
    expect(argv.toSpliced(at + 1, 1).join(' ')).toBe(
      'unshare --mount --propagation=private --map-root-user sh -c kernelkit /run/vm/stage setpriv --no-new-privs --inh-caps=-all --bounding-set=-all qemu -m 1G',
    )
    expect(argv[at + 1]).toMatchInlineSnapshot(`
      "refuse() { echo 'kernelkit: what the guest must not see of this host cannot be hidden'": $1" >&2; exit 1; }
      { [ -d "$1" ] || mkdir -p "$1"; } && mount -t tmpfs -o mode=700 kernelkit "$1" && cd "$1" &&
      mkdir -p empty own0 'own0/a b/seen' 'own0/a b' own1 out0 'out0/a b/seen' out1 tree own1/root own1/self/fd || refuse "$1"
      : > none || refuse "$1"
      : > 'own0/a b/vm\\linux' || refuse "$1"
      : > own2 || refuse "$1"
      : > out2 || refuse "$1"
      set -f
      IFS='
      '
      before= mounts= tries=0 twice=
      read -r release < /proc/sys/kernel/osrelease || release=0.
      case $release in [0-4].* | 5.[0-7] | 5.[0-7][!0-9]*) twice=1 ;; esac
      until mounts=$(cat /proc/self/mountinfo) && { [ -z "$twice" ] || [ "$mounts" = "$before" ]; }; do
        before=$mounts tries=$((tries + 1))
        [ $tries -lt 1000 ] || refuse /proc/self/mountinfo
      done
      for mount in $mounts; do
      path=\${mount#* * * * } options=\${mount#* * * * * }
      path=\${path%% *} options=\${options%% *}
      case $path in *\\\\*) path=$(printf '%b.' "$(printf %s "$path" | sed 's/\\\\/\\\\0/g')") path=\${path%.} ;; esac
      case \${path#} in '' | / | /proc | '/mnt/it'\\''s' | /home/me/src | /home/me/src/*) ;; *)
        if [ -d "$path" ]; then with="empty"; else with="none"; fi
        if [ -e "$path" ] && [ ! "$path" -ef "." ]; then
          mount -o bind,ro "$with" "$path" || [ ! -e "$path" ] || refuse "$path"
          [ "$path" -ef "$with" ] || [ ! -e "$path" ] || refuse "$path"
        fi ;;
      esac
      done
      unset IFS
      set +f
      table() {
      printf '%s\\n' '/ tree none rbind 0 0'
      [ ! -e '/tmp/a b/seen' ] || printf '%s\\n' '/tmp/a\\040b/seen out0/a\\040b/seen none rbind 0 0'
      [ ! -e '/tmp/a b/seen' ] || printf '%s\\n' '/tmp/a\\040b/seen own0/a\\040b/seen none rbind 0 0'
      [ ! -e '/tmp/a b/vm\\linux' ] || printf '%s\\n' '/tmp/a\\040b/vm\\134linux own0/a\\040b/vm\\134linux none bind 0 0'
      [ ! -e /tmp ] || printf '%s\\n' 'out0 tree/tmp none rbind,ro 0 0'
      [ ! -e /proc ] || printf '%s\\n' 'out1 tree/proc none rbind,ro 0 0'
      [ ! -e '/home/it'\\''s me/.ne trc' ] || printf '%s\\n' 'out2 tree/home/it'\\''s\\040me/.ne\\040trc none bind,ro 0 0'
      [ ! -e /tmp ] || printf '%s\\n' 'own0 /tmp none rbind,ro 0 0'
      [ ! -e '/home/it'\\''s me/.ne trc' ] || printf '%s\\n' 'own2 /home/it'\\''s\\040me/.ne\\040trc none bind,ro 0 0'
      echo "/proc/$$/fd own1/self/fd none bind 0 0"
      printf '%s\\n' 'tree own1/root none rbind 0 0'
      printf '%s\\n' 'own1 /proc none rbind,ro 0 0'
      }
      table > fstab && mount -a -T fstab
      covered() { [ "$1" -ef "$2" ] || [ ! -e "$1" ]; }
      check() { covered "$1" "$2" || { mount -o "$3,ro" "$2" "$1" && covered "$1" "$2"; } || refuse "$1"; }
      check /tmp own0 rbind
      check /proc own1 rbind
      check '/home/it'\\''s me/.ne trc' own2 bind
      check /proc/root/tmp out0 rbind
      check /proc/root/proc out1 rbind
      check '/proc/root/home/it'\\''s me/.ne trc' out2 bind
      [ / -ef tree ] && [ / -ef /proc/root ] || refuse /
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
