import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { testStore } from '../e2e/setup/test-store.ts'
import { renderSvg } from './record/render-svg.ts'
import { readScript, replayTerminal, shortenPauses, type ScreenLine } from './record/terminal.ts'
import { repository } from './source-files.ts'

/**
 * docs/recording.svg: a real session on a terminal (script(1)), in a copy of examples/project, whose kernel is built before the recording
 * begins (into the store of the VM tests). Run it again when the output of `run` changes; nothing is edited by hand.
 */
const columns = 110
const session = ['kernelkit run uname -r', 'kernelkit run -q --console never sh provoke.sh WRITE_AFTER_FREE', 'echo $?']

const scratch = mkdtempSync(join(tmpdir(), 'kernelkit-recording-'))
const project = join(scratch, 'project')
const bin = join(scratch, 'bin')
const environment = { ...process.env, KERNELKIT_CACHE_DIR: testStore(), PATH: `${bin}:${process.env['PATH'] ?? ''}` }

function run(program: string, args: readonly string[]): void {
  const { status, error } = spawnSync(program, args, { cwd: project, env: environment, stdio: ['ignore', 'ignore', 'inherit'] })
  if (error !== undefined) throw error
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} exited with status ${String(status)}`)
}

/** Commands as a person would type them at a prompt, each with the exit status of the one before it in $?. */
function asScript(commands: readonly string[]): string {
  return [
    `stty rows 50 cols ${columns}`,
    'status=0',
    'type() { printf "\\033[1;34m$\\033[0m \\033[1m%s\\033[0m\\n" "$1"; (exit $status); eval "$1"; status=$?; echo; }',
    ...commands.map((command) => `type '${command}'`),
    '',
  ].join('\n')
}

/** The last line of a run in colour, to be seen at once: the text is untouched. */
function markVerdict(line: ScreenLine): ScreenLine {
  const text = line.spans.map((span) => span.text).join('')
  if (!text.startsWith('kernelkit: verdict=')) return line
  return { ...line, spans: [{ text, bold: true, dim: false, colour: text.includes('verdict=pass') ? 2 : 1 }] }
}

try {
  cpSync(join(repository, 'examples/project'), project, { recursive: true })
  mkdirSync(bin)
  writeFileSync(
    join(bin, 'kernelkit'),
    `#!/bin/sh\nexec '${process.execPath}' '${join(repository, 'packages/cli/bin/kernelkit.js')}' "$@"\n`,
  )
  chmodSync(join(bin, 'kernelkit'), 0o755)
  run('kernelkit', ['build'])
  writeFileSync(join(scratch, 'session.sh'), asScript(session))
  const [log, timing] = [join(scratch, 'log'), join(scratch, 'timing')]
  run('script', ['--quiet', '--return', '--log-out', log, '--log-timing', timing, '--command', `bash ${join(scratch, 'session.sh')}`])
  const lines = replayTerminal(readScript(readFileSync(log), readFileSync(timing, 'utf8')), columns)
  const shown = shortenPauses(lines.map(markVerdict), 2)
  const title = `kernelkit on a terminal: ${session.join('; ')}`
  writeFileSync(join(repository, 'docs/recording.svg'), renderSvg(shown, { title, columns }))
  process.stdout.write(`${lines.map(({ spans }) => spans.map(({ text }) => text).join('')).join('\n')}\ndocs/recording.svg written\n`)
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
