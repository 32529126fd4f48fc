import { join, resolve } from 'node:path'
import { UserError, command, message } from '@kernelkit/core/errors'
import { parseCompileCommand, type CompileCommand } from '@kernelkit/core/kbuild'
import type { KernelSpec } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'
import { planBuild, type KernelContext } from '../build/build-plan.ts'
import { buildDirectoryOf } from '../steps.ts'

// tools/ has .cmd files of another form, the others have none (the kernel's gen_compile_commands.py leaves the same out).
const withoutObjects = new Set(['.git', 'Documentation', 'include', 'tools'])

/** How the last build of a kernel compiled each file, by path: from its build directory, which is not changed. Throws KERNEL_NOT_FOUND. */
export async function compileCommands(context: KernelContext, spec: KernelSpec): Promise<readonly CompileCommand[]> {
  const { host, signal } = context
  const plan = await planBuild(context, spec)
  const build = buildDirectoryOf(context, plan)
  const { plannedTree, userTree } = plan.source
  const place = { build, tree: { compiled: plannedTree, edited: userTree ?? plannedTree }, resolve }
  const found: CompileCommand[] = []
  for await (const path of commandFiles(host, build, withoutObjects)) {
    signal?.throwIfAborted()
    const entry = parseCompileCommand(await host.fs.readFile(path, 'utf8'), place)
    if (entry !== undefined) found.push(entry)
  }
  if (found.length === 0) {
    throw new UserError('KERNEL_NOT_FOUND', `${build} has no compiled objects of ${plan.source.label}.`, {
      hint: message`Build it here first, with the same options: ${command('kernelkit build')}; ${command('kernelkit build --force')} compiles what the store has already.`,
      details: { build },
    })
  }
  return found.toSorted((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : 0))
}

/** Links are not followed: one leads to the source. */
async function* commandFiles(host: Pick<Host, 'fs'>, directory: string, skipped: ReadonlySet<string> = new Set()): AsyncGenerator<string> {
  const entries = await host.fs.readdir(directory, { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (entry.isDirectory() && !skipped.has(entry.name)) yield* commandFiles(host, join(directory, entry.name))
    else if (entry.isFile() && /^\..*\.o\.cmd$/.test(entry.name)) yield join(directory, entry.name)
  }
}
