import { UserError, message, option } from '@kernelkit/core/errors'
import type { VmSpec } from '@kernelkit/core/options/vm'
import { crashRequirement, drgnRequirement, gdbRequirements, requireAll } from '@kernelkit/host'
import type { Host } from '@kernelkit/host'

/** Whether the scripts of a run can run, before anything starts. Throws FILE_NOT_FOUND and TOOL_MISSING. */
export async function requireDebuggers(
  host: Host,
  { gdbScript, inspectScripts }: Pick<VmSpec, 'gdbScript' | 'inspectScripts'>,
): Promise<void> {
  const named = [
    ...(gdbScript === undefined ? [] : [{ name: 'gdb-script', path: gdbScript }]),
    ...inspectScripts.map(({ path }) => ({ name: 'inspect-script', path })),
  ]
  for (const { name, path } of named) {
    const found = await host.fs.stat(path).catch(() => undefined)
    if (found?.isFile() === true) continue
    throw new UserError('FILE_NOT_FOUND', message`${option(name, path)} ${found === undefined ? 'does not exist' : 'is not a file'}.`, {
      hint: 'Name a script; a path is relative to the working directory, in kernelkit.yaml to that file.',
      details: { path },
    })
  }
  const programs = new Set(inspectScripts.map(({ program }) => program))
  await requireAll(
    host,
    [
      ...(gdbScript === undefined ? [] : gdbRequirements),
      ...(programs.has('crash') ? [crashRequirement] : []),
      ...(programs.has('drgn') ? [drgnRequirement] : []),
    ],
    { user: 'debugger scripts' },
  )
}
