import { beforeAll, describe, expect, it } from 'vitest'
import { lastLine } from '../lib/kernelkit.ts'
import { makePerson, people, type Person } from '../lib/person.ts'
import { onlyFull } from '../lib/tiers.ts'

/** Takes the agent's port with pidfd_getfd(2), and sends the end of its own command with status 0 (docs/agent-protocol.md). */
const forge = `
my $pidfd = syscall(434, 1, 0);
for my $link (glob "/proc/1/fd/*") {
  next unless (readlink($link) // "") =~ /vport/;
  my ($number) = $link =~ /([0-9]+)$/;
  my $fd = syscall(438, $pidfd, $number + 0, 0);
  next if $fd < 0;
  open(my $port, ">&=", $fd) or next;
  syswrite $port, pack("VvvV", 36, 6, 0x4b6b, 1) . pack("VVQQQV", 0, 0, 0, 0, 0, 0);
  $forged = 1;
}
exit 7 unless $forged;
`

for (const [who, uid] of people) {
  // What is said of an ordinary user's guest holds for root's: neither is believed more.
  const tier = uid === 0 ? onlyFull('the same guests, started by root') : {}
  describe(`the end of its own command that a guest of ${who} forges`, tier, () => {
    let one: Person
    beforeAll(async () => {
      one = await makePerson(uid)
    })
    const run = async (script: string, words: readonly string[] = []) => {
      const vm = ['-k', one.kernel, '--root', 'host', '--no-cwd', '-m', '256M']
      const { exitCode, stderr } = await one.run(['run', ...vm, ...words, '--', 'perl', '-e', script])
      return { exitCode, verdict: lastLine(stderr), stderr }
    }

    it('is not believed while the agent says that the command is running', async () => {
      const { exitCode, verdict, stderr } = await run(`${forge} sleep 100000`)
      expect({ exitCode, verdict }).toEqual({ exitCode: 119, verdict: expect.stringContaining('verdict=vm-lost') as string })
      expect(stderr).toContain('of which it says that it is still running')
    })

    it('does not count against a panic that follows', async () => {
      const { exitCode } = await run(`${forge} open(my $trigger, ">", "/proc/sysrq-trigger"); syswrite $trigger, "c"; sleep 100000`)
      expect([119, 121]).toContain(exitCode)
    })

    it('is out of reach of a command that --user runs', async () => {
      const { exitCode, verdict } = await run(forge, ['--user', '65534:65534'])
      expect({ exitCode, verdict }).toEqual({ exitCode: 7, verdict: expect.stringContaining('verdict=fail') as string })
    })
  })
}
