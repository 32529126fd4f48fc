import { spawnSync } from 'node:child_process'

/** A network of our own for containers, with the one rule that lets them out. */
export interface Bridge {
  readonly name: string
  readonly subnet: string
}

// 15 characters are the most that an interface's name may have (IFNAMSIZ).
const name = 'kernelkit-test0'

/** Private ranges that neither Docker's own pools (172.17/16 and up, 192.168/16) nor most offices use (RFC 1918). */
const candidates = Array.from({ length: 16 }, (_, index) => `10.${213 + index}.87`)

/** Make the bridge, or make it anew where a killed run left it. */
export function addBridge(): Bridge {
  const used = run(['ip', '-4', '-o', 'addr']).stdout + run(['ip', '-4', 'route']).stdout
  const mine = used
    .split('\n')
    .filter((line) => !line.includes(name))
    .join('\n')
  const network = candidates.find((prefix) => !mine.includes(`${prefix.split('.').slice(0, 2).join('.')}.`))
  if (network === undefined) throw new Error(`no private network is free for ${name}:\n${mine}`)
  const bridge = { name, subnet: `${network}.0/24` }
  removeBridge(bridge)
  must(['ip', 'link', 'add', name, 'type', 'bridge'])
  must(['ip', 'addr', 'add', `${network}.1/24`, 'dev', name])
  must(['ip', 'link', 'set', name, 'up'])
  for (const rule of rulesOf(bridge)) must(['iptables', '-w', ...insert(rule)])
  return bridge
}

/** Take back exactly what `addBridge` made; says nothing when it is gone already. */
export function removeBridge(bridge: Bridge): void {
  for (const rule of rulesOf(bridge)) while (run(['iptables', '-w', ...remove(rule)]).status === 0);
  run(['ip', 'link', 'del', bridge.name])
}

interface Rule {
  readonly table: string
  readonly chain: string
  readonly match: readonly string[]
}

function rulesOf({ name, subnet }: Bridge): readonly Rule[] {
  return [
    // Containers reach the network with the host's address.
    { table: 'nat', chain: 'POSTROUTING', match: ['-s', subnet, '!', '-o', name, '-j', 'MASQUERADE'] },
    // Another dockerd sets the policy of FORWARD to DROP.
    { table: 'filter', chain: 'FORWARD', match: ['-i', name, '-j', 'ACCEPT'] },
    { table: 'filter', chain: 'FORWARD', match: ['-o', name, '-m', 'conntrack', '--ctstate', 'RELATED,ESTABLISHED', '-j', 'ACCEPT'] },
  ]
}

const insert = ({ table, chain, match }: Rule) => ['-t', table, '-I', chain, ...match]
const remove = ({ table, chain, match }: Rule) => ['-t', table, '-D', chain, ...match]

function run(argv: readonly [string, ...string[]]) {
  const [program, ...args] = argv
  return spawnSync(program, args, { encoding: 'utf8', env: { ...process.env, PATH: pathWithSbin() } })
}

function must(argv: readonly [string, ...string[]]): void {
  const { status, stderr, error } = run(argv)
  if (status !== 0) throw new Error(`${argv.join(' ')} failed: ${error?.message ?? stderr.trim()}`)
}

/** dockerd, iptables and ip are in sbin directories, which not every user's PATH has. */
export function pathWithSbin(): string {
  return `${process.env['PATH'] ?? ''}:/usr/local/sbin:/usr/sbin:/sbin`
}
