import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { printable } from '@kernelkit/core/text'
import { lastLine } from '../lib/kernelkit.ts'
import { makePerson, people, type Person } from '../lib/person.ts'
import { terminalAttacks } from './terminal-attacks.ts'
import { onlyFull } from '../lib/tiers.ts'

/** Everything that a hostile command does, as root of a guest with the host's programs. */
async function attackOf(person: Person, script: string, options: readonly string[]) {
  const words = ['run', '-k', person.kernel, '--root', 'host', '--no-cwd', '-m', '256M', '-c', '1', '--timeout', '60s', ...options]
  const { exitCode, stdout, stderr } = await person.run([...words, '--', 'sh', '-c', script])
  return { exitCode, stdout, stderr, verdict: /verdict=(\S+)/.exec(lastLine(stderr))?.[1] }
}

/** A text as printf of a shell takes it. */
const octal = (text: string): string => Array.from(Buffer.from(text), (byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('')

for (const [who, uid] of people) {
  // What is said of an ordinary user's guest holds for root's: neither is believed more.
  const tier = uid === 0 ? onlyFull('the same guests, started by root') : {}
  describe(`a hostile command in a guest of ${who}`, tier, () => {
    let one: Person
    beforeAll(async () => {
      one = await makePerson(uid)
    })
    const attack = (script: string, ...options: readonly string[]) => attackOf(one, script, options)

    it('hides no taint by a report that does not count, and its console does nothing to a terminal', async () => {
      const bell = terminalAttacks.map((text, index) => `printf '${octal(`${index}:${text}`)}\\n' > /dev/kmsg`)
      const script = [
        "echo 'cat[12]: segfault at 0 ip 0000000000401136 sp 00007ffe error 6 in cat[401000+1000]' > /dev/kmsg",
        ...bell,
        `printf '${octal(terminalAttacks.join('\n'))}\\n' > /dev/ttyS0`,
        'dmesg -n 1',
        // A warning, as the kernel notes it.
        'echo 512 > /proc/sys/kernel/tainted',
      ]
      const { verdict, exitCode, stderr } = await attack(script.join('\n'), '--console', 'always')
      expect({ verdict, exitCode }).toEqual({ verdict: 'splat', exitCode: 122 })
      expect(stderr).toContain('a warning (W)')
      expect(printable(stderr)).toBe(stderr)
      expect(stderr).toContain(String.raw`\x1b]0;owned\x07`)
      expect(stderr).toContain(String.raw`\x9b2J`)
      // The file has what the guest wrote.
      const log = /^console log: (.*)$/m.exec(stderr)?.[1] ?? ''
      expect(await readFile(log, 'utf8')).toContain('\u001B]52;c;')
      // What is a script, or is printed, has none of it.
      for (const name of ['result.json', 'reports.json', 'reports.txt', 'junit.xml', 'qemu.txt', 'replay.sh']) {
        const text = await readFile(join(dirname(log), name), 'utf8')
        expect({ name, text }).toEqual({ name, text: printable(text) })
      }
    })

    it('excuses no report by KTAP that it writes to /dev/kmsg', async () => {
      const lines = [
        'KTAP version 1',
        '1..1',
        '    KTAP version 1',
        '    # Subtest: s',
        '    1..1',
        'WARNING: CPU: 0 PID: 1 at fs/x.c:1 foo+0x1/0x2',
        '---[ end trace 0000000000000000 ]---',
        '    ok 1 a',
        'ok 1 s',
      ]
      const { verdict, exitCode } = await attack(lines.map((line) => `echo '${line}' > /dev/kmsg`).join('\n'))
      expect({ verdict, exitCode }).toEqual({ verdict: 'splat', exitCode: 122 })
    })

    it('passes by no plan that cannot be read, and ends nothing by 3000 levels of subtests', async () => {
      const plan = await attack("printf 'TAP version 13\\n1..4294967295000\\nok 1 a\\n'")
      expect({ verdict: plan.verdict, exitCode: plan.exitCode }).toEqual({ verdict: 'fail', exitCode: 1 })
      const deep = await attack(
        "echo TAP version 14; i=0; while [ $i -lt 3000 ]; do echo '# Subtest: a'; i=$((i + 1)); done; echo 'ok 1 a'",
        '--json',
      )
      expect({ verdict: deep.verdict, exitCode: deep.exitCode }).toEqual({ verdict: 'fail', exitCode: 1 })
      expect(JSON.parse(deep.stdout)).toMatchObject({ results: { status: expect.stringMatching(/fail|crashed/) } })
    })
  })
}
