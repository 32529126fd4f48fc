import { quoteArgv } from '../shell/index.ts'
import { renderCustomisation } from './render-customisation.ts'
import type { CustomisationStep } from './customisation-step.ts'
import { ext4Environment, mkfsArgv } from './ext4.ts'

/** Begins each line by which the scripts report how far they are. */
export const stageMark = 'kernelkit-stage:'

/** Files that the assembling finds in the work directory, and those that it leaves there. */
export const workFiles = {
  rootfs: 'rootfs.tar',
  overlay: 'overlay.tar',
  scripts: 'customize',
  scratch: 'scratch',
  image: 'root.ext4',
  status: 'scratch/status',
} as const

/**
 * `sh -c … sh CLEANUP COMMAND…`: runs COMMAND in a session of its own and ends all of it when standard input
 * ends, which happens when kernelkit closes it and also when kernelkit is killed; then runs CLEANUP.
 */
export const supervisorScript = `
cleanup=$1; shift
exec 3<&0
lost=
trap 'lost=1' USR1
trap '' INT HUP TERM
(trap - INT HUP TERM; exec setsid "$@" < /dev/null 3<&-) &
child=$!
(
  read -r _ <&3
  kill -USR1 $$
  kill -TERM -"$child"
  # Five seconds to clean up, then the hard way.
  n=0
  while kill -0 -"$child" && [ "$n" -lt 50 ]; do sleep 0.1; n=$((n + 1)); done
  kill -KILL -"$child"
) 2> /dev/null &
watcher=$!
while :; do
  wait "$child"
  status=$?
  kill -0 "$child" 2> /dev/null || break
done
if [ -n "$lost" ]; then
  wait "$watcher"
  eval "$cleanup"
else
  kill -KILL "$watcher" 2> /dev/null
fi
exit "$status"
`

export interface AssembleOptions {
  readonly customisation: readonly CustomisationStep[]
  /** Names of the user's scripts, for messages; the files are customize/0, customize/1, … of the work directory. */
  readonly scripts: readonly string[]
  readonly overlay: boolean
  /** Seconds since 1970; nothing in the image is newer. */
  readonly epoch: number
  readonly uuid: string
}

/**
 * The steps that need the rights of root over the tree, as one script: `sh -c … sh DIRECTORY`.
 * Unpack, customise, fix times, fill the disk image, remove the tree.
 */
export function assembleScript(options: AssembleOptions): string {
  const environment = Object.entries(ext4Environment(options.epoch)).map(([name, value]) => `${name}=${value}`)
  const mkfs = quoteArgv(['env', ...environment, ...mkfsArgv({ image: '@image@', tree: '@tree@', uuid: options.uuid })])
    .replace(/@image@/, `"$work"/${workFiles.image}`)
    .replace(/@tree@/, '"$root"')
  return `set -eu
umask 022
export LC_ALL=C PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
work=$1
root=$work/${workFiles.scratch}/tree
stage() { echo "${stageMark} $*" >&2; }
${mountFunctions}
clean() { leave_root || true; rm -rf --one-file-system "$root"; }
trap clean EXIT
trap 'exit 143' INT HUP TERM

stage unpack
mkdir "$root"
# Devices come from devtmpfs, and a user namespace cannot make them.
tar -C "$root" --numeric-owner --same-owner -p --xattrs --xattrs-include='*' --exclude='./dev/*' -xf "$work/${workFiles.rootfs}"

stage customise
${renderCustomisation(options.customisation)}
${options.overlay ? `stage overlay\ntar -C "$root" --numeric-owner --same-owner -p --keep-directory-symlink --no-overwrite-dir -xf "$work/${workFiles.overlay}"\n` : ''}
${options.scripts.map((name, index) => renderScript(name, { index, epoch: options.epoch })).join('')}
stage times
cp "$root/var/lib/dpkg/status" "$work/${workFiles.status}"
chmod 0644 "$work/${workFiles.status}"
# Whatever was made now is as old as the packages.
find "$root" -xdev -newermt "@${options.epoch}" -exec touch -h -d "@${options.epoch}" {} +

stage mkfs
if ! ${mkfs}; then
  stage "used $(du -sxk "$root" | cut -f1)"
  exit 1
fi
stage done
`
}

function renderScript(name: string, { index, epoch }: { readonly index: number; readonly epoch: number }): string {
  const inside = `/run/kernelkit-customize-${index}`
  return `stage ${quoteArgv([`customize ${name}`])}
enter_root
cp "$work/${workFiles.scripts}/${index}" "$root${inside}"
chmod 0755 "$root${inside}"
chroot "$root" /usr/bin/env -i PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \\
  DEBIAN_FRONTEND=noninteractive SOURCE_DATE_EPOCH=${epoch} ${inside} < /dev/null >&2 || { status=$?; stage "customize-failed $status"; exit 1; }
rm -f "$root${inside}"
leave_root
`
}

/**
 * What programs inside the root expect: a few devices, /proc, and the host's name servers. Mounts where the rights
 * are there (root, user namespace; the namespace is private), else device files (a container without CAP_SYS_ADMIN).
 */
const mountFunctions = `enter_root() {
  if mount -t tmpfs -o mode=0755 tmpfs "$root/dev" 2> /dev/null; then
    for device in null zero full random urandom tty; do : > "$root/dev/$device"; mount --bind "/dev/$device" "$root/dev/$device"; done
    mount -t proc proc "$root/proc" 2> /dev/null || mount --rbind /proc "$root/proc" 2> /dev/null || true
  else
    mknod -m 666 "$root/dev/null" c 1 3; mknod -m 666 "$root/dev/zero" c 1 5; mknod -m 666 "$root/dev/full" c 1 7
    mknod -m 666 "$root/dev/random" c 1 8; mknod -m 666 "$root/dev/urandom" c 1 9; mknod -m 666 "$root/dev/tty" c 5 0
  fi
  ln -s /proc/self/fd "$root/dev/fd"
  cp -p "$root/etc/resolv.conf" "$work/${workFiles.scratch}/resolv.conf"
  cat /etc/resolv.conf > "$root/etc/resolv.conf" 2> /dev/null || true
  inside=1
}
leave_root() {
  [ -n "\${inside:-}" ] || return 0
  inside=
  if [ -f "$work/${workFiles.scratch}/resolv.conf" ]; then
    # A script that wrote its own keeps it.
    if cmp -s /etc/resolv.conf "$root/etc/resolv.conf"; then cp -p "$work/${workFiles.scratch}/resolv.conf" "$root/etc/resolv.conf"; fi
    rm -f "$work/${workFiles.scratch}/resolv.conf"
  fi
  umount -l "$root/proc" 2> /dev/null || true
  umount -l "$root"/dev/* 2> /dev/null || true
  umount -l "$root/dev" 2> /dev/null || true
  rm -rf --one-file-system "$root"/dev/*
}`
