import { cpSync, existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { writeBundle } from './bundle.ts'
import { putGuestPrograms } from './guest-programs.ts'
import { repository } from './source-files.ts'

const packages = join(repository, 'packages')

/** Files of src/ that the runner starts. */
const stageNames = ['main', 'post']
/** Others that a process starts from: the shell of later steps. */
const programNames = ['kernelkit-vm']

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

function readManifest(directory: string): Manifest {
  return JSON.parse(readFileSync(join(directory, 'package.json'), 'utf8')) as Manifest
}

/** All that the runner needs of an action, because it fetches the repository and installs nothing. */
async function bundleAction(action: string, dist: string): Promise<void> {
  const { dependencies = {} } = readManifest(action)
  const sourceOf = (name: string): string => join(action, 'src', `${name}.ts`)
  const stages = stageNames.filter((name) => existsSync(sourceOf(name)))
  const entries = Object.fromEntries([
    ...stages.map((name) => [workOf(name), sourceOf(name)] as const),
    ...programNames.filter((name) => existsSync(sourceOf(name))).map((name) => [name, sourceOf(name)] as const),
  ])
  const bootsVms = '@kernelkit/vm' in dependencies
  const vmHost = join(packages, 'vm/dist/process/vm-host-main.js')
  await writeBundle({ entries: { ...entries, ...(bootsVms ? { 'vm-host-main': vmHost } : {}) }, directory: dist, ending: 'mjs' })
  const { version } = readManifest(join(packages, 'cli'))
  writeFileSync(join(dist, 'version.json'), `${JSON.stringify({ version })}\n`)
  for (const stage of stages) writeFileSync(join(dist, `${stage}.mjs`), renderStart({ stage, version, action: basename(action) }))
  if (bootsVms) await putGuestPrograms(join(dist, 'agent'))
  if ('kernelkit' in dependencies) await putCommand(join(dist, 'cli'))
}

function workOf(stage: string): string {
  return `${stage}-work`
}

/** What the runner starts: the first line of the log is there before the work is read, which takes longer than Node's own start. */
function renderStart({ stage, version, action }: { readonly stage: string; readonly version: string; readonly action: string }): string {
  return [
    `// Written by tools/bundle-actions.ts; the work is in ${workOf(stage)}.mjs.`,
    `process.stdout.write(\`kernelkit ${action} ${version}, Node \${process.version}\\n\`)`,
    `await import('./${workOf(stage)}.mjs')`,
    '',
  ].join('\n')
}

/** The command as it is published, with the guest's programs next to its bundle. */
async function putCommand(to: string): Promise<void> {
  const cli = join(packages, 'cli')
  for (const name of ['bin', 'bundle', 'package.json']) cpSync(join(cli, name), join(to, name), { recursive: true })
  await putGuestPrograms(join(to, 'bundle/agent'))
  cpSync(join(packages, 'vm/gdb'), join(to, 'bundle/gdb'), { recursive: true })
}

const actions = join(repository, 'actions')
// A directory as argument gets them instead: a test compares.
const target = process.argv[2] ?? actions
for (const name of readdirSync(actions).toSorted()) {
  // The action.yml of one-step is at the root of the repository.
  if (!existsSync(join(actions, name, 'src'))) continue
  const dist = join(target, name, 'dist')
  await bundleAction(join(actions, name), dist)
  process.stdout.write(`${dist}\n`)
}
