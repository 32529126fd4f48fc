/** Without them the lines of a test come late or not at all, and no test ends by its limit (tools/testing/selftests/kselftest/runner.sh). */
export const runnerPrograms: readonly string[] = ['perl', 'stdbuf', 'timeout']

// How scripts of tools/testing/selftests ask for a program before they use it.
const questions =
  /(?:\bcommand -v|\bwhich|\btype(?: -[pP])?|\bhash|\brequire_command|\bcheck_(?:command|tool|prog)|\bkci_need|\bCMDS?=)\s+["']?([a-z][a-z0-9_.+-]*)["']?(?=[\s;&|)>]|$)/gm

// Words of a shell itself, and of sentences in comments.
const notPrograms = new Set([
  'the',
  'a',
  'an',
  'is',
  'are',
  'of',
  'in',
  'to',
  'it',
  'will',
  'has',
  'can',
  'we',
  'if',
  'for',
  'not',
  'function',
  'means',
  'should',
  'may',
  'was',
])

/** Programs that the text of a script needs: its interpreter, and what it asks for. */
export function programsOf(script: string): readonly string[] {
  const [, interpreter, argument] = /^#!\s*(\S+)(?:[ \t]+(?:-S[ \t]+)?(\S+))?/.exec(script) ?? []
  if (interpreter === undefined) return []
  const name = (path: string) => path.slice(path.lastIndexOf('/') + 1)
  const runs = name(interpreter) === 'env' && argument !== undefined ? name(argument) : name(interpreter)
  const lines = script.split('\n').filter((line) => !/^\s*#(?!!)/.test(line))
  const asked = [...lines.join('\n').matchAll(questions)].flatMap(([, program = '']) => (notPrograms.has(program) ? [] : [program]))
  return [...new Set([...(/^[\w.+-]+$/.test(runs) ? [runs] : []), ...asked])]
}

/** Debian's package of a program that is not in one of its own name. */
const packages: Readonly<Record<string, string>> = {
  stdbuf: 'coreutils',
  timeout: 'coreutils',
  python: 'python3',
  ip: 'iproute2',
  tc: 'iproute2',
  ss: 'iproute2',
  bridge: 'iproute2',
  devlink: 'iproute2',
  nft: 'nftables',
  ip6tables: 'iptables',
  ping: 'iputils-ping',
  ping6: 'iputils-ping',
  arping: 'iputils-arping',
  nc: 'netcat-openbsd',
  ifconfig: 'net-tools',
  modprobe: 'kmod',
  lsmod: 'kmod',
  insmod: 'kmod',
  rmmod: 'kmod',
  setcap: 'libcap2-bin',
  capsh: 'libcap2-bin',
  getcap: 'libcap2-bin',
  pkill: 'procps',
  pgrep: 'procps',
  sysctl: 'procps',
  losetup: 'mount',
  taskset: 'util-linux',
  unshare: 'util-linux',
  nsenter: 'util-linux',
  'mkfs.ext4': 'e2fsprogs',
  'mkfs.xfs': 'xfsprogs',
  'mkfs.btrfs': 'btrfs-progs',
  'mkfs.f2fs': 'f2fs-tools',
  xfs_io: 'xfsprogs',
  awk: 'gawk',
  ncat: 'ncat',
  tshark: 'tshark',
  getfattr: 'attr',
  setfattr: 'attr',
  getfacl: 'acl',
  column: 'bsdextrautils',
  cc: 'gcc',
}

export function packageOf(program: string): string {
  return packages[program] ?? program
}
