import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readActionFile, startCacheService, type CacheService, type JobStep, type StageResult } from '@kernelkit/testing'
import { toyTree, type Toy } from '../packages/kernel/test/toy-tree.ts'
import { actionPath, ownActions } from '../tools/own-actions.ts'
import { newMachine, requireConclusion, requireOutcomes, stageOf, useAction, type Machine } from './lib/actions.ts'
import { testArtifacts } from './lib/kernelkit.ts'
import { onlyFull } from './lib/tiers.ts'

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
  compileCache['NODE_COMPILE_CACHE'] = join(machine.directory, 'compiled')
  await machine.run([{ run: 'git clone -q "$TREE" .', env: { TREE: toy.tree } }])
})
/** The bundles are loaded a hundred times: Node keeps what it compiled of them (https://nodejs.org/api/module.html#module-compile-cache). */
const compileCache: Record<string, string> = {}
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

  it.each(inputs)(
    'takes the input %s for a value, whatever it holds',
    onlyFull('a process for each value of each input'),
    async (input) => {
      const marker = join(machine.directory, 'hostile-ran')
      const values = hostileValues(marker)
      const steps = values.map((value, index) =>
        useAction(name, inputsWith(name, input, value), { id: `value-${index}`, 'continue-on-error': true }),
      )
      const job = await machine.run(steps, { env: { KERNELKIT_CACHE_DIR: store, ...compileCache } })
      expect(existsSync(marker)).toBe(false)
      for (const { main, post } of job.steps) {
        for (const stage of [main, post]) if (stage !== undefined) expect(forgedIn(stage)).toEqual([])
        expect(main?.lines.join('\n')).not.toContain('this is a bug in kernelkit')
        expect(main?.leftOutputOpen).toBe(false)
      }
    },
  )
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

describe('a hostile checkout', () => {
  const secret = `s3cret-${process.pid}-of-the-workflow`

  /** What the change that is tested brings along: links, a project file, names and a Makefile that print what they find. */
  const files: Readonly<Record<string, string>> = {
    'kernelkit.yaml': JSON.stringify({
      kernel: { source: '.', config: ['toy.config'], compiler: 'gcc', out: '../../outside' },
      image: { suite: 'bookworm', customize: ['./evil.sh'] },
      vm: { qemu: './evil.sh', env: ['DEPLOY'], junit: 'link/x.xml', share: ['/:/host:rw'] },
    }),
    'evil.sh': '#!/bin/sh\nenv; touch "$(dirname "$0")/link/ran"\n',
    'Makefile.evil': `$(info $(shell env))\n${forged.map((line) => `$(info ${line})\n`).join('')}`,
  }

  /** Every file below a directory, with all that could be changed of it. */
  const snapshot = (directory: string) =>
    execFileSync('find', ['.', '-printf', String.raw`%p %y %m %s %T@ %l\n`], { cwd: directory, encoding: 'utf8' })

  const guestScript = [
    // The host's processes, where the root of the guest is the host's: nothing of them is there.
    'unshare -m sh -c "umount -l /run /tmp /sys /dev /proc; cat /proc/*/environ /proc/self/mountinfo; find /proc /run /tmp -mindepth 1" 2>&1 | tr "\\0" "\\n"',
    'env; tr "\\0" "\\n" </proc/1/environ; cat /proc/cmdline',
    'cd "$KERNELKIT_ARTIFACTS"; env >environment; echo done >result',
    'ln -s "$OUTSIDE/victim" victim; ln -s / root; cp /bin/sh su; chmod 4755 su; rm -f console.log; ln -s "$OUTSIDE/victim" console.log',
    ...forged.map((line) => `touch "$(printf 'a\\n${line.replaceAll('%', '%%')}' | tr / _)"; echo '${line}' >/dev/kmsg; echo '${line}'`),
    'true',
  ].join('\n')
  const background = [
    'echo "BASH_ENV=$OUTSIDE/evil" >>"$GITHUB_ENV"; echo "PATH=/evil" >>"$GITHUB_ENV"; echo "GOOD=1" >>"$GITHUB_ENV"; echo /evil >>"$GITHUB_PATH"',
    'printf \'GOOD<<E\\nx\\nE\\nNODE_OPTIONS<<F\\n--require /evil\\nF\\n\' >>"$GITHUB_ENV"',
    '(while :; do for file in /run/kernelkit/step-*/*; do echo "BASH_ENV=/evil" >>"$file"; done; sleep 0.1; done) >/dev/null 2>&1 </dev/null &',
  ].join('\n')

  it(
    'gets nothing through all four Actions: no secret reaches a guest, a log or the artifacts, and nothing outside of the workspace changes',
    { timeout: 20 * 60_000 },
    async () => {
      const outside = join(machine.directory, 'outside')
      execFileSync('sh', ['-c', `mkdir -p "$1/deep" && echo of the host >"$1/victim"`, 'sh', outside])
      // Credentials of the runner that look like a configuration, too.
      const config = readFileSync(join(dirname(kernel), '.config'), 'utf8')
      writeFileSync(join(outside, 'credentials'), `machine x password ${secret}\n${config}`)
      const before = snapshot(outside)
      const checkout = [
        'git clone -q "$TREE" hostile && cd hostile && cat Makefile.evil Makefile >both && mv both Makefile && chmod +x evil.sh',
        'ln -s "$OUTSIDE" link; ln -s "$OUTSIDE" kernelkit-artifacts; ln -s "$OUTSIDE/victim" console.log',
        'ln -s /proc/self/environ environ.config; ln -s "$OUTSIDE/credentials" credentials.config',
        // A built kernel with a link next to it, and a list of modules that climbs.
        'mkdir -p built/modules; cp "$KERNEL" built/bzImage; ln -s "$OUTSIDE/credentials" built/.config',
        'echo "../../../outside/credentials:" >built/modules/modules.dep',
        String.raw`touch "$(printf 'a\n::error file=forged.c::forged')"`,
      ].join('\n')
      const write = Object.entries(files).map(([name, text]): JobStep => ({
        run: 'printf "%s" "$TEXT" >"hostile/$NAME"',
        env: { NAME: name, TEXT: text },
      }))
      const [clone = '', ...rest] = checkout.split('\n')
      const here = { 'working-directory': 'hostile' }
      const vm = { ...here, kernel, root: 'host', memory: '512M', 'boot-timeout': '180s' }
      const tolerated = { 'continue-on-error': true }
      const inGuest = (id: string, run: string): JobStep => ({ id, run, shell: 'kernelkit-vm {0}' })
      const job = await machine.run(
        [
          { run: 'git clone -q "$TREE" hostile', env: { TREE: toy.tree } },
          ...write,
          { run: [clone.replace('git clone -q "$TREE" hostile && ', ''), ...rest].join('\n'), env: { OUTSIDE: outside, KERNEL: kernel } },
          useAction('setup-kvm', here),
          // Options of the file: refused, whatever it says.
          ...(['build-kernel', 'bake-image', 'boot-vm'] as const).map((name) =>
            useAction(
              name,
              { ...here, ...(name === 'boot-vm' ? { run: 'true' } : {}), 'project-file': true },
              { id: `file-${name}`, ...tolerated },
            ),
          ),
          // Paths of the workflow that the checkout has made links.
          useAction('build-kernel', { ...here, config: 'toy.config', out: 'link/kernel' }, { id: 'linked-build', ...tolerated }),
          useAction('bake-image', { ...here, suite: 'bookworm', out: 'link/image' }, { id: 'linked-bake', ...tolerated }),
          useAction('boot-vm', { ...vm, run: 'true' }, { id: 'linked-boot', ...tolerated }),
          useAction('boot-vm', { ...vm, run: 'true', artifacts: 'real', junit: 'link/x.xml' }, { id: 'linked-junit', ...tolerated }),
          // Files of the workflow that the checkout has made links to secrets.
          ...['environ.config', 'credentials.config'].map((config) =>
            useAction('build-kernel', { ...here, config }, { id: `linked-${config}`, ...tolerated }),
          ),
          useAction('bake-image', { ...here, suite: 'bookworm', overlay: 'link/deep' }, { id: 'linked-overlay', ...tolerated }),
          useAction('boot-vm', { ...vm, run: 'true', initrd: 'environ.config' }, { id: 'linked-initrd', ...tolerated }),
          useAction(
            'boot-vm',
            { ...vm, kernel: './built', run: 'true', artifacts: 'of-built', name: 'built' },
            { id: 'built', ...tolerated },
          ),
          // The work itself.
          useAction('build-kernel', { ...here, config: 'toy.config' }, { id: 'build', ...tolerated }),
          useAction('bake-image', { ...here, suite: 'bookworm' }, { id: 'bake' }),
          useAction(
            'boot-vm',
            { ...vm, artifacts: 'real', run: guestScript, keep: true, name: 'hostile', 'pass-env': 'GOOD', env: `OUTSIDE=${outside}` },
            { id: 'boot' },
          ),
          inGuest('attack', background),
          inGuest('innocent', 'sleep 2; echo "fine=1" >>"$GITHUB_OUTPUT"; echo fine >>"$GITHUB_STEP_SUMMARY"'),
          { id: 'host', run: 'echo "[$BASH_ENV] [$NODE_OPTIONS] [$GOOD] $PATH"' },
        ],
        { env: { KERNELKIT_CACHE_DIR: store, DEPLOY: secret, GITHUB_TOKEN: secret, MY_API_KEY: secret }, secrets: [] },
      )
      requireOutcomes(job, { bake: 'success', boot: 'success', attack: 'success', innocent: 'success', host: 'success' })
      const codes = (id: string) => stageOf(job, id).annotations.flatMap(({ title }) => title ?? [])
      for (const name of ['build-kernel', 'bake-image', 'boot-vm']) expect(codes(`file-${name}`)).toContain('PROJECT_NOT_TRUSTED')
      const reads = ['linked-environ.config', 'linked-credentials.config', 'linked-overlay', 'linked-initrd']
      for (const id of ['linked-build', 'linked-bake', 'linked-boot', 'linked-junit', ...reads]) expect(codes(id)).toContain('LINK_IN_PATH')

      // No secret, no command to the runner, nothing of a later or an earlier step.
      for (const { main, post } of job.steps)
        for (const stage of [main, post]) {
          if (stage === undefined) continue
          expect(JSON.stringify(stage)).not.toContain(secret)
        }
      // The outputs of the attacking step are its own.
      for (const id of ['boot', 'innocent', 'build', 'bake']) expect(forgedIn(stageOf(job, id))).toEqual([])
      const workspace = join(machine.workspace, 'hostile')
      // It was booted, and what was next to it is among the artifacts but for the secret.
      expect(readFileSync(join(workspace, 'of-built', 'config'), 'utf8')).toContain('CONFIG_9P_FS=y')
      expect(execFileSync('sh', ['-c', 'grep -rlF -- "$1" . || true', 'sh', secret], { cwd: workspace, encoding: 'utf8' })).toBe('')
      expect(stageOf(job, 'innocent')).toMatchObject({ outputs: { fine: '1' }, addedEnv: {}, addedPaths: [], summary: 'fine\n' })
      expect(stageOf(job, 'attack')).toMatchObject({ addedEnv: { GOOD: 'x' }, addedPaths: [] })
      expect(stageOf(job, 'host').log).toMatch(/^\[\] \[\] \[x\] (?!\/evil)/)

      // What the guest left leads nowhere, and nothing outside of the workspace was touched.
      expect(stageOf(job, 'boot', 'post').log).toContain('dropped from the artifacts: root: a link that leads outside, to /')
      const links = execFileSync('find', ['real', '-type', 'l', '-o', '-perm', '/6000', '-o', '-type', 'b'], {
        cwd: workspace,
        encoding: 'utf8',
      })
      expect(links).toBe('')
      expect(readFileSync(join(workspace, 'real', 'console.log'), 'utf8')).toContain('Linux version')
      expect(snapshot(outside)).toBe(before)
    },
  )
})
