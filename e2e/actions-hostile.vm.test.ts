import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readActionFile, startCacheService, type CacheService, type JobStep, type StageResult } from '@kernelkit/testing'
import { toyTree, type Toy } from '../packages/kernel/test/toy-tree.ts'
import { actionPath, ownActions } from '../tools/own-actions.ts'
import { newMachine, requireConclusion, stageOf, useAction, type Machine } from './lib/actions.ts'
import { testArtifacts } from './lib/kernelkit.ts'

const { kernel, image, store } = testArtifacts()

/** Inputs with which an action does its work, so that a hostile one goes as far as it can. */
const goodInputs: Readonly<Record<string, NonNullable<JobStep['with']>>> = {
  'setup-kvm': {},
  'build-kernel': { config: 'toy.config' },
  'bake-image': { suite: 'bookworm' },
  'boot-vm': { kernel, image, run: 'true', 'boot-timeout': '120s' },
}

/** An address that does not answer: without the store's image, a whole new one would be baked. */
const unreachable = 'http://127.0.0.1:9/debian'
const inputsWith = (name: string, input: string, value: string): NonNullable<JobStep['with']> => ({
  ...goodInputs[name],
  ...(name === 'bake-image' && input === 'cache-dir' ? { mirror: unreachable } : {}),
  [input]: value,
})

let toy: Toy
let cache: CacheService
let machine: Machine
beforeAll(async () => {
  toy = await toyTree({ inGit: true })
  cache = await startCacheService()
  machine = await newMachine({ cache })
  await machine.run([{ run: 'git clone -q "$TREE" .', env: { TREE: toy.tree } }])
})
afterAll(async () => {
  for (const resource of [machine, cache, toy]) await resource[Symbol.asyncDispose]()
})

const forged = [
  '::error file=forged.c::forged',
  '##[error file=forged.c]forged',
  '::set-output name=forged::1',
  '::stop-commands::forged',
  'forged=1',
]

/** Values that would do something if a shell, or the runner, took them for more than a value. */
function hostileValues(marker: string): readonly string[] {
  const touch = `touch ${marker}`
  const shells = [`$(${touch})`, `\`${touch}\``, `;${touch};`, `';${touch};'`, `";${touch};"`, `|${touch}`, `&${touch}&`, `{{x}}\${x}`]
  return [`a ${shells.join(' ')} ${forged.map((line) => `%0A${line}`).join('')}`, ['a', ...shells, ...forged, ''].join('\n')]
}

/** Commands to the runner that can only come from a value. */
function forgedIn({ commands, outputs, addedEnv, addedPaths, errors }: StageResult): readonly unknown[] {
  return [
    ...commands.filter(
      ({ name, properties, data }) => properties['file'] === 'forged.c' || data === 'forged' || /^(?:set-|save-|add-path|stop)/.test(name),
    ),
    ...[outputs, addedEnv].flatMap((values) =>
      Object.keys(values).filter((name) => !/^[a-z-]+$|^KERNELKIT_[A-Z_]+$/.test(name) || name === 'forged'),
    ),
    ...addedPaths.filter((path) => !path.startsWith(machine.directory)),
    ...errors,
  ]
}

describe.each(ownActions)('%s', async (name) => {
  const inputs = Object.keys((await readActionFile(actionPath(name))).defaults)

  it.each(inputs)('takes the input %s for a value, whatever it holds', { timeout: 20 * 60_000 }, async (input) => {
    const marker = join(machine.directory, 'hostile-ran')
    for (const value of hostileValues(marker)) {
      const job = await machine.run([useAction(name, inputsWith(name, input, value))], { env: { KERNELKIT_CACHE_DIR: store } })
      const { main, post } = job.step(name)
      expect(existsSync(marker)).toBe(false)
      for (const stage of [main, post]) if (stage !== undefined) expect(forgedIn(stage)).toEqual([])
      expect(main?.lines.join('\n')).not.toContain('this is a bug in kernelkit')
      expect(main?.leftOutputOpen).toBe(false)
    }
  })
})

describe('a key', () => {
  it('that is private is refused as the input ssh-key, and no line of it is printed', async () => {
    const path = join(machine.directory, 'id')
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'mine', '-f', path])
    const secret = readFileSync(path, 'utf8')
    const job = await machine.run([useAction('bake-image', { suite: 'bookworm', 'ssh-key': secret })], {
      env: { KERNELKIT_CACHE_DIR: store },
    })
    expect(job.conclusion).toBe('failure')
    const { lines, summary, annotations } = stageOf(job, 'bake-image')
    expect(annotations).toContainEqual(expect.objectContaining({ level: 'error', title: 'BAD_SSH_KEY' }))
    const shown = [...lines.filter((line) => !line.startsWith('::add-mask::')), summary].join('\n')
    for (const line of secret.trim().split('\n').slice(1, -1)) expect(shown).not.toContain(line)
  })

  it('of a running VM is for its owner alone, and so are all directories of the VM', async () => {
    const runtime = await mkdtemp(join(tmpdir(), 'kernelkit-run-'))
    try {
      const look = 'cd "$XDG_RUNTIME_DIR"; stat -c "%a %n" kernelkit/vms/*/ssh/id_ed25519; find kernelkit -type d -perm /077'
      const job = await machine.run(
        [useAction('boot-vm', { ...goodInputs['boot-vm'], keep: true, ssh: true }), { id: 'look', run: look }],
        { env: { XDG_RUNTIME_DIR: runtime, KERNELKIT_CACHE_DIR: store } },
      )
      requireConclusion(job, 'success')
      expect(stageOf(job, 'look').log).toMatch(/^600 \S+id_ed25519$/)
    } finally {
      await rm(runtime, { recursive: true, force: true })
    }
  })
})

describe('a guest', () => {
  it('cannot give commands to the runner: neither its programs nor its kernel', async () => {
    const script = [...forged, '::add-mask::e']
      .map((line) => `echo '${line}'; echo 'x ${line}' >&2; echo '<3>${line}' > /dev/kmsg`)
      .join('\n')
    const job = await machine.run([useAction('boot-vm', { ...goodInputs['boot-vm'], run: script, console: 'always' })])
    requireConclusion(job, 'success')
    const { commands, log } = stageOf(job, 'boot-vm')
    expect(log.split('\n').filter((line) => line.includes('forged.c')).length).toBeGreaterThan(forged.length)
    expect(forgedIn(stageOf(job, 'boot-vm'))).toEqual([])
    expect(commands.filter(({ name }) => name === 'add-mask')).toEqual([])
  })
})
