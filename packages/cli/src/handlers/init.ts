import { basename, dirname, join, resolve } from 'node:path'
import { UserError, command, message, printable } from '@kernelkit/core/errors'
import { chooseProject, renderInitFiles } from '@kernelkit/core/init'
import { parseInitSpec } from '@kernelkit/core/options/commands'
import { checkOutPath } from '@kernelkit/host/files'
import type { CommandContext, RawOptions } from '../command.ts'
import { lookAtDirectory } from '../init/look-at-directory.ts'

/** `kernelkit init`: looks at a project, shows the files that it proposes, and writes those that do not exist. */
export async function init(context: CommandContext, [named = '.']: readonly string[], raw: RawOptions): Promise<number> {
  const { host } = context
  const { ci } = parseInitSpec(raw)
  const directory = resolve(host.cwd, named)
  if ((await host.fs.stat(directory).catch(() => undefined))?.isDirectory() !== true)
    throw new UserError('FILE_NOT_FOUND', `${printable(directory)} is not a directory.`, { hint: 'Name the directory of the project.' })
  const project = chooseProject(await lookAtDirectory(host, directory))
  if (project === undefined) throw nothingFound(directory)
  const files = renderInitFiles(project, { ci, name: basename(directory) })
  const outcome = await Promise.all(
    files.map(async (file) => ({
      ...file,
      exists: (await host.fs.lstat(join(directory, file.path)).catch(() => undefined)) !== undefined,
    })),
  )
  if (!context.json) {
    context.print(`${project.kind} (${printable(project.because)})`)
    for (const { path, text, exists } of outcome)
      context.print(exists ? `\n# ${path} exists and stays as it is` : `\n# ${path}\n${text.trimEnd()}`)
  }
  const wanted = outcome.filter(({ exists }) => !exists)
  if (!context.dryRun) for (const { path, text } of wanted) await write(context, join(directory, path), text)
  const written = context.dryRun ? [] : wanted.map(({ path }) => path)
  if (context.json) context.printJson({ kind: project.kind, because: project.because, files: outcome, written })
  else if (!context.dryRun)
    context.print(written.length === 0 ? '\nnothing is written' : `\nwritten: ${written.join(', ')}. Try: kernelkit test`)
  return 0
}

/** A file that appeared meanwhile is not overwritten, and no link leads out of the project. */
async function write({ host }: CommandContext, path: string, text: string): Promise<void> {
  await checkOutPath(host, path)
  await host.fs.mkdir(dirname(path), { recursive: true })
  await host.fs.writeFile(path, text, { flag: 'wx' })
}

function nothingFound(directory: string): UserError {
  return new UserError('NO_PROJECT', `${printable(directory)} holds nothing that says how it is tested.`, {
    hint: message`Add a test that can be executed (tests/NAME), or write kernelkit.yaml yourself; ${command('kernelkit init DIR')} knows kernel trees, modules, BPF, Go, Rust, Python, Makefiles with check or test.`,
    details: { directory },
  })
}
