import { createSocket } from 'node:dgram'
import { connect, createServer, type AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { makePerson, people, type Person } from '../lib/person.ts'

/** What a hostile root can send to reach the loopback address of the host. Arguments: a port for each way, then a server on another address. */
const attack = `
use IO::Socket::INET; use Socket;
$| = 1;
my ($plain, $raw, $cut, $datagram, @other) = @ARGV;
sub ip { my ($to, $fragment, $bytes) = @_;
  pack("CCnnnCCna4a4", 0x45, 0, 20 + length $bytes, 77, $fragment, 64, 6, 0, inet_aton("10.0.2.15"), inet_aton($to)) . $bytes }
sub syn { my ($to, $port) = @_;
  my $header = sub { pack("nnNNCCnnn", 33000, $port, 1, 0, 0x50, 2, 1000, $_[0], 0) };
  my $sum = unpack("%32n*", inet_aton("10.0.2.15") . inet_aton($to) . pack("nn", 6, 20) . $header->(0));
  $sum = ($sum & 0xffff) + ($sum >> 16) for 1, 2;
  $header->(~$sum & 0xffff) }
socket(my $out, PF_INET, SOCK_RAW, 255) or die;
sub emit { send($out, $_[0], 0, pack_sockaddr_in(0, inet_aton("10.0.2.2"))) or die "$!" }
my $reader = IO::Socket::INET->new(PeerAddr => "10.0.2.2:$plain", Timeout => 60);
print "connect: ", $reader ? <$reader> : "$!\\n";
emit(ip("127.0.0.1", 0, syn("127.0.0.1", $raw)));
my $whole = syn("10.0.2.2", $cut);
emit(ip("10.0.2.2", 0x2000, substr($whole, 0, 8)));
emit(ip("10.0.2.2", 1, substr($whole, 8)));
IO::Socket::INET->new(Proto => "udp", PeerAddr => "10.0.2.2:$datagram")->send("x");
for (@other) { my $s = IO::Socket::INET->new(PeerAddr => $_, Timeout => 60); print "other: ", $s ? <$s> : "$!\\n" }
`

/** Answers one client of each forwarded port. */
const serve = `
my $tcp = IO::Socket::INET->new(LocalAddr => "0.0.0.0:7000", Listen => 5, ReuseAddr => 1) or die;
my $udp = IO::Socket::INET->new(Proto => "udp", LocalAddr => "0.0.0.0:7001") or die;
my $client = $tcp->accept; print $client "from the guest\\n"; close $client;
$udp->recv(my $question, 100); $udp->send("a" x 3000);
# QEMU passes the answers on.
sleep 1;
`

/** The address that this host has for others (RFC 5737); bridges of containers come and go while this runs. */
const external = await new Promise<string | undefined>((resolve) => {
  const socket = createSocket('udp4').on('error', () => resolve(undefined))
  // Sends nothing.
  socket.connect(9, '198.51.100.1', () => {
    resolve(socket.address().address)
    socket.close()
  })
})

interface Services {
  readonly ports: Readonly<Record<'plain' | 'raw' | 'cut' | 'datagram', number>>
  readonly reached: Set<string>
  /** On another address of this host. */
  readonly other: string | undefined
}

const closers: (() => void)[] = []
afterAll(() => {
  for (const close of closers) close()
})

/** A server for each way, which notes that it was reached. */
async function startServices(): Promise<Services> {
  const reached = new Set<string>()
  const listen = async (name: string, address: string): Promise<number> => {
    const server = createServer((socket) => {
      reached.add(name)
      socket.on('error', () => {})
      socket.end('service of the host\n')
    })
    closers.push(() => void server.close())
    await new Promise<void>((resolve) => void server.listen(0, address, resolve))
    return (server.address() as AddressInfo).port
  }
  const socket = createSocket('udp4', () => void reached.add('datagram'))
  closers.push(() => void socket.close())
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve))
  const ports = {
    plain: await listen('plain', '127.0.0.1'),
    raw: await listen('raw', '127.0.0.1'),
    cut: await listen('cut', '127.0.0.1'),
    datagram: socket.address().port,
  }
  return { ports, reached, other: external === undefined ? undefined : `${external}:${await listen('other', external)}` }
}

function guestWords({ kernel }: Person, { ports, other }: Services, script: string): readonly string[] {
  const values = [ports.plain, ports.raw, ports.cut, ports.datagram].map(String)
  return [
    '-k',
    kernel,
    '--root',
    'host',
    '--no-cwd',
    '-m',
    '256M',
    '--',
    'perl',
    '-e',
    script,
    ...values,
    ...(other === undefined ? [] : [other]),
  ]
}

const otherLine = external === undefined ? '' : 'other: service of the host\n'

describe.each(people)('a hostile guest of %s', (_who, uid) => {
  let one: Person
  beforeAll(async () => {
    one = await makePerson(uid)
  })

  it('reaches no service on the loopback address of the host by default, but other addresses, and serves its forwarded ports', async () => {
    const services = await startServices()
    const { child, result } = one.start(['run', '-p', '0:7000', '-p', '0:7001/udp', ...guestWords(one, services, attack + serve)])
    let stderr = ''
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()))
    const isOver = result.then(() => true)
    const untilAnswered = async (ask: (port: number) => Promise<string>, guestPort: string): Promise<string> => {
      for (;;) {
        const port = Number(new RegExp(`^forward 127\\.0\\.0\\.1:(\\d+) to ${guestPort} `, 'm').exec(stderr)?.[1] ?? 0)
        const answer = port === 0 ? '' : await ask(port).catch(() => '')
        if (answer !== '' || (await Promise.race([isOver, delay(200)])) === true) return answer
      }
    }
    const answers = [
      await untilAnswered((port) => text(connect(port, '127.0.0.1')), '7000/tcp'),
      await untilAnswered(askByDatagram, '7001/udp'),
    ]
    const { exitCode, stdout } = await result
    expect({ exitCode, stdout, answers }).toEqual({
      exitCode: 0,
      stdout: `connect: Connection refused\n${otherLine}`,
      answers: ['from the guest\n', 'a'.repeat(3000)],
    })
    expect([...services.reached]).toEqual(external === undefined ? [] : ['other'])
  })
})

describe('the same guest', () => {
  it('reaches them all with --net user,host-loopback', async () => {
    const services = await startServices()
    const one = await makePerson(process.getuid?.() ?? 0)
    const { exitCode, stdout } = await one.run(['run', '--net', 'user,host-loopback', ...guestWords(one, services, `${attack} sleep 1`)])
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: `connect: service of the host\n${otherLine}` })
    expect([...services.reached].toSorted()).toEqual(['cut', 'datagram', ...(external === undefined ? [] : ['other']), 'plain', 'raw'])
  })

  it('reaches none of them with --net restricted', async () => {
    const services = await startServices()
    const one = await makePerson(process.getuid?.() ?? 0)
    const { exitCode } = await one.run([
      'run',
      '--net',
      'restricted',
      '-p',
      '0:22',
      ...guestWords(one, services, attack.replaceAll('=> 60', '=> 3')),
    ])
    expect({ exitCode, reached: [...services.reached] }).toEqual({ exitCode: 0, reached: [] })
  })
})

function askByDatagram(port: number): Promise<string> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4', (message) => finish(message.toString()))
    const timer = setTimeout(() => finish(''), 2000)
    const finish = (answer: string): void => {
      clearTimeout(timer)
      socket.close()
      resolve(answer)
    }
    socket.send('?', port, '127.0.0.1')
  })
}
