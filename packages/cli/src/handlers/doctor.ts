import { command, message } from '@kernelkit/core/errors'
import { flagOption, writeFor } from '@kernelkit/core/options'
import { installCommand, installPackages, installPrefix, sudoWords } from '@kernelkit/host'
import type { CommandContext, RawOptions } from '../command.ts'
import { isHealthy, missingPackages, renderChecks } from '../doctor/check.ts'
import { examineHost, type Examination } from '../doctor/examine.ts'

/** What this host can do, one line each; `--fix` installs what is missing. The exit status is 0 when the main path can work. */
export async function doctor(context: CommandContext, _args: readonly string[], options: RawOptions): Promise<number> {
  const { host, signal } = context
  const wantsFix = flagOption(options, 'fix')
  const canInstall = (await sudoWords(host)) !== undefined
  let examination = await examineHost(context, signal)
  const packages = missingPackages(examination.checks)
  if (wantsFix && packages.length > 0) {
    const interactive = context.stdin.isTTY === true
    const prefix = await installPrefix(host, packages, { interactive }).catch((error: unknown) => {
      // What was found is worth reading although nothing can be installed.
      if (!context.json) report(context, examination, { installed: [], canInstall })
      throw error
    })
    host.log.info(`${context.dryRun ? 'would run' : 'running'}: ${[...prefix, ...installCommand(packages)].join(' ')}`)
    if (!context.dryRun) {
      await installPackages(host, packages, { interactive })
      examination = await examineHost(context, signal)
    }
  }
  report(context, examination, { installed: wantsFix && !context.dryRun ? packages : [], canInstall })
  return isHealthy(examination.checks) ? 0 : 1
}

function report(
  context: CommandContext,
  { checks, accel }: Examination,
  { installed, canInstall }: { readonly installed: readonly string[]; readonly canInstall: boolean },
): void {
  const ok = isHealthy(checks)
  if (context.json) {
    const lines = checks.map(({ name, status, required, detail, fix }) => ({
      name,
      status,
      required,
      detail: writeFor(detail, context.reader),
      fix: status === 'ok' || fix === undefined ? null : writeFor(fix, context.reader),
    }))
    context.printJson({ ok, accel: accel?.accel ?? null, accelReason: accel?.reason ?? null, installed, checks: lines })
    return
  }
  context.print(renderChecks(checks, context.reader))
  const fixable = missingPackages(checks)
  if (ok) context.print('This host can build, bake and boot.')
  else
    context.print(
      fixable.length > 0 && canInstall
        ? writeFor(message`Something is missing; ${command('kernelkit doctor --fix')} installs it.`, context.reader)
        : 'Something is missing; the lines above say what.',
    )
}
