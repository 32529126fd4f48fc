import { flagOption } from '@kernelkit/core/options'
import { installCommand, installPackages } from '@kernelkit/host'
import type { CommandContext, RawOptions } from '../command.ts'
import { isHealthy, missingPackages, renderChecks } from '../doctor/check.ts'
import { examineHost, type Examination } from '../doctor/examine.ts'

/** What this host can do, one line each; `--fix` installs what is missing. Ends with 0 when the main path can work. */
export async function doctor(context: CommandContext, _args: readonly string[], options: RawOptions): Promise<number> {
  const { host, signal } = context
  const wantsFix = flagOption(options, 'fix')
  let examination = await examineHost(host, context.store, signal)
  const packages = missingPackages(examination.checks)
  if (wantsFix && packages.length > 0) {
    host.log.info(`${context.dryRun ? 'would run' : 'running'}: ${installCommand(host, packages).join(' ')}`)
    if (!context.dryRun) {
      await installPackages(host, packages, { interactive: context.stdin.isTTY === true })
      examination = await examineHost(host, context.store, signal)
    }
  }
  report(context, examination, wantsFix && !context.dryRun ? packages : [])
  return isHealthy(examination.checks) ? 0 : 1
}

function report(context: CommandContext, { checks, accel }: Examination, installed: readonly string[]): void {
  const ok = isHealthy(checks)
  if (context.json) {
    const lines = checks.map(({ name, status, required, detail, fix }) => ({
      name,
      status,
      required,
      detail,
      fix: status === 'ok' ? null : (fix ?? null),
    }))
    context.printJson({ ok, accel: accel?.accel ?? null, accelReason: accel?.reason ?? null, installed, checks: lines })
    return
  }
  context.print(renderChecks(checks))
  const mendable = missingPackages(checks)
  if (ok) context.print('This host can build, bake and boot.')
  else
    context.print(
      mendable.length > 0
        ? 'Something is missing; `kernelkit doctor --fix` installs it.'
        : 'Something is missing; the lines above say what.',
    )
}
