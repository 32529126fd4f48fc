import { existsSync, lstatSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { lastLine } from '../lib/kernelkit.ts'
import { makePerson, people, type Person } from '../lib/person.ts'

/** What root in a guest can put among the artifacts, to be copied, printed or run by their reader. */
const attack = `
cd "$KERNELKIT_ARTIFACTS" || exit
echo result >result
ln -s /etc/shadow shadow; ln -s ../victim victim; ln -s result same
mkdir sub; ln -s ../../victim sub/victim
mknod disk b 8 0; mkfifo pipe; true
cp /bin/sh su; chmod 4755 su
printf x >"$(printf 'a\\n::error::\\033]0;x\\007')"
ln -s / "$(printf 'b\\n::error::\\033]0;x\\007')"
`

const dropped = [
  'shadow: a link that leads outside, to /etc/shadow',
  'victim: a link that leads outside, to ../victim',
  'sub/victim: a link that leads outside, to ../../victim',
  String.raw`b\n::error::\e]0;x\u{7}: a link that leads outside, to /`,
]

// Since 8.1 QEMU itself makes neither for a guest (CVE-2023-2861).
const ofOldQemu = ['disk: a device', 'pipe: a named pipe']

function check(stderr: string, artifacts: string): void {
  const warnings = stderr.split('\n').flatMap((line) => /dropped from the artifacts: (.*)/.exec(line)?.slice(1) ?? [])
  const others = warnings.filter((line) => !line.startsWith('su: the setuid') && !ofOldQemu.includes(line))
  expect(others.toSorted()).toEqual(dropped.toSorted())
  expect(warnings).toContainEqual(expect.stringMatching(/^su: the setuid or setgid bit of uid \d+, gid \d+$/))
  expect(readdirSync(artifacts).toSorted()).toEqual(['a\n::error::\u001b]0;x\u0007', 'result', 'same', 'su', 'sub'])
  expect(readdirSync(join(artifacts, 'sub'))).toEqual([])
  expect(lstatSync(join(artifacts, 'su')).mode & 0o7777).toBe(0o755)
  // Names come out as text.
  expect(stderr).not.toContain('\u001b]0;x')
  expect(stderr).not.toMatch(/^::error/m)
}

describe.each(people)('of a guest of %s', (_who, uid) => {
  let one: Person
  let scratch = ''
  let vm: readonly string[] = []
  beforeAll(async () => {
    one = await makePerson(uid, { 'src/victim': 'of the host' })
    scratch = one.cwd
    vm = ['-k', one.kernel, '--root', 'host', '-m', '256M', '-c', '1']
  })

  describe('artifacts', () => {
    it('are free of links that lead outside, devices, pipes and setuid bits after a run, which says what it dropped', async () => {
      const artifacts = join(scratch, 'run')
      const { exitCode, stderr } = await one.run(['run', ...vm, '--artifacts', artifacts, '--', 'sh', '-c', `${attack}\nchmod 0 sub .`])
      expect({ exitCode, last: lastLine(stderr) }).toEqual({ exitCode: 0, last: expect.stringContaining('verdict=pass') as string })
      check(stderr, artifacts)
    })

    it('of a VM that was kept are free of them once it was stopped', async ({ onTestFinished }) => {
      const name = `hostile-${process.pid}`
      const artifacts = join(scratch, 'kept')
      // Nothing of it stays when an expectation fails.
      onTestFinished(async () => void (await one.run(['stop', '--kill', name])))
      const kept = await one.run(['run', ...vm, '--artifacts', artifacts, '--keep', '--name', name, '--', 'true'])
      expect({ exitCode: kept.exitCode, stderr: kept.stderr }).toMatchObject({ exitCode: 0 })
      const { exitCode } = await one.run(['exec', name, '--', 'sh', '-c', attack])
      expect(exitCode).toBe(0)
      expect(readdirSync(artifacts)).toContain('shadow')
      const { stderr } = await one.run(['stop', '--kill', name])
      check(stderr, artifacts)
    })
  })

  describe('a directory for artifacts', () => {
    const run = async (options: readonly string[]) => {
      const { stderr } = await one.run(['run', ...vm, ...options, '--', 'touch', '/run/kernelkit/artifacts/ran'])
      return stderr
    }

    it('that a checkout made a link is refused, and nothing is written where it leads', async () => {
      const elsewhere = join(scratch, 'elsewhere')
      await one.run(['run', ...vm, '--artifacts', elsewhere, '--dry-run', '--', 'true'])
      symlinkSync(scratch, join(scratch, 'out'))
      await one.own(join(scratch, 'out'))
      for (const options of [
        ['--artifacts', 'out/elsewhere'],
        ['--evidence', 'out/elsewhere'],
        ['--junit', 'out/elsewhere/x.xml'],
      ])
        expect(await run(options)).toContain('LINK_IN_PATH')
      expect(existsSync(elsewhere)).toBe(false)
    })

    it('takes no files of ours: neither evidence nor results may be below what the guest writes', async () => {
      for (const options of [
        ['--artifacts', 'a', '--junit', 'a/victim.xml'],
        ['--artifacts', 'a', '--evidence', 'a/evidence'],
        ['--share', '.:/src:rw', '--junit', 'x.xml'],
      ])
        expect(await run(options)).toContain('GUEST_CAN_WRITE')
      expect(readdirSync(scratch)).not.toContain('x.xml')
      expect(readFileSync(join(scratch, 'victim'), 'utf8')).toBe('of the host')
    })

    it('that holds such files already is refused: what is dropped is the guest’s alone', async () => {
      const artifacts = mkdtempSync(join(scratch, 'mine-'))
      await one.own(artifacts)
      symlinkSync('/etc/shadow', join(artifacts, 'shadow'))
      expect(await run(['--artifacts', artifacts])).toMatch(/NOT_GUEST_FILES: .*\n {2}shadow: a link that leads outside, to \/etc\/shadow/)
      expect(readdirSync(artifacts)).toEqual(['shadow'])
    })
  })

  describe('a dry run', () => {
    it('starts no program that an option names, not even to ask whether KVM works', async () => {
      const marker = join(scratch, 'ran')
      writeFileSync(join(scratch, 'qemu.sh'), `#!/bin/sh\ntouch ${marker}\n`, { mode: 0o755 })
      const { exitCode, stdout } = await one.run(['run', ...vm, '--qemu', './qemu.sh', '--dry-run', '--', 'true'])
      expect({ exitCode, stdout }).toMatchObject({ exitCode: 0, stdout: expect.stringContaining(join(scratch, 'qemu.sh')) as string })
      expect(existsSync(marker)).toBe(false)
    })
  })
})
