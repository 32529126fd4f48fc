import { join } from 'node:path'
import { hostArch, parseArch } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import { quoteArgv } from '@kernelkit/core/shell'
import { flagOption, givenOptions, listOption, textOption } from '@kernelkit/core/options'
import { parseImageSpec, parseKernelSpec } from '@kernelkit/core/options/build'
import { parseVmSpec } from '@kernelkit/core/options/vm'
import {
  findProject,
  installCommand,
  missingRequirements,
  packagesOf,
  recordProject,
  sudoWords,
  type Host,
  type Requirement,
} from '@kernelkit/host'
import { bakeImage } from '@kernelkit/image'
import { buildKernel } from '@kernelkit/kernel'
import type { CommandContext, RawOptions } from '../command.ts'
import { runQuickstartGuest } from '../quickstart/guest-commands.ts'
import { firstVerdict, quickstartKernel } from '../quickstart/first-verdict.ts'
import { firstRequirements, installMissing, quickstartRequirements } from '../quickstart/host-packages.ts'
import { quickstartSource } from '../quickstart/kernel-source.ts'
import { createStepList, renderSteps } from '../quickstart/steps.ts'

/** What the guest needs, without debug information: a kernel of these options is compiled soonest. */
const quickstartConfig = ['minimal', 'debian', '9p']

/** `kernelkit quickstart`: packages, a distribution's kernel, kernel, image, boot, a command over the agent and over ssh, a file through 9p, the table. */
export async function quickstart(context: CommandContext, _args: readonly string[], options: RawOptions): Promise<number> {
  const { host, signal } = context
  const archName = hostArch(host.nodeArch)
  const arch = parseArch(archName)
  const imageSpec = parseImageSpec(givenOptions({ suite: textOption(options, 'suite') }), { hostArch: archName })
  const bootTimeout = textOption(options, 'bootTimeout')
  parseVmSpec(givenOptions({ bootTimeout }), { command: 'run' })
  if (context.dryRun) return dryRun(context, options)

  // Before anything is installed.
  const store = await context.store({ compiles: true })
  const { steps, begin, time } = createStepList(host)
  const installing = { install: !flagOption(options, 'noInstall'), interactive: context.stdin.isTTY === true, signal }
  const packages = (name: string, wanted: readonly Requirement[]): Promise<readonly string[]> =>
    time(
      name,
      () => installMissing(host, { wanted, ...installing }),
      (installed) => (installed.length === 0 ? 'nothing was missing' : installed.join(' ')),
    )
  await packages('host packages', firstRequirements(arch))
  // With --json stdout is for the document.
  const stdout = context.json ? context.stderr : context.stdout
  const reference = await quickstartKernel(host, store)
  const first = await time(
    "a distribution's kernel",
    () => firstVerdict(reference, { host, store, stdout, stderr: context.stderr, bootTimeout, signal }),
    (run) =>
      run === undefined ? `${reference} is unavailable here` : `${reference}: verdict ${run.outcome.judgement.verdict}, nothing compiled`,
  )
  if (first !== undefined) {
    const { verdict } = first.outcome.judgement
    context.printError(`first verdict: ${verdict} (${reference}, nothing compiled)`)
    if (verdict !== 'pass') {
      context.printError(`kernelkit: verdict=${verdict} exit=${first.exitCode}`)
      return first.exitCode
    }
  }
  await packages('packages to build and bake', quickstartRequirements(host, arch))
  const source = textOption(options, 'source') ?? (await quickstartSource(host, signal))
  const config = listOption(options, 'config')
  const kernelSpec = parseKernelSpec(givenOptions({ config: config.length === 0 ? quickstartConfig : config }), [source], { arch })
  const kernel = await time(
    'kernel',
    () => buildKernel({ host, store, signal }, kernelSpec),
    (built) => `${built.manifest.release} from ${source}${fromStore(built)}`,
  )
  const image = await time(
    'image',
    () => bakeImage(host, store, imageSpec, { signal }),
    (baked) => `${baked.suite}, ${baked.packages.length} packages${fromStore(baked)}`,
  )
  await recordProject(host, store, {
    project: await findProject(host),
    arch: archName,
    kernel: join(kernel.directory, 'manifest.json'),
    image: image.manifest,
  })

  await using shared = await host.tempDir('kernelkit-quickstart-')
  const greeting = `a file of this host, ${host.randomHex(8)}\n`
  await host.fs.writeFile(join(shared.path, 'greeting'), greeting)
  const file = { directory: shared.path, name: 'greeting' }
  const booted = begin('boot, command over the agent')
  const { outcome, exitCode } = await runQuickstartGuest({
    host,
    store,
    kernel: kernel.kernel,
    image: image.image,
    file,
    stdout,
    stderr: context.stderr,
    bootTimeout,
    onAnswered: async (guest) => {
      booted.end(guest.summary)
      const read = await time(
        'host file through 9p',
        () => guest.readFile(),
        (text) => text.trim(),
      )
      if (read !== greeting) throw new UserError('COMMAND_FAILED', `the guest read '${read}' through 9p, but the host wrote '${greeting}'.`)
      const answer = await time(
        'command over ssh',
        () => guest.askOverSsh(),
        (text) => text.split('\n')[0] ?? '',
      )
      stdout.write(answer)
    },
    signal,
  })
  const { verdict } = outcome.judgement
  if (context.json)
    context.printJson({
      verdict,
      exitCode,
      kernel: kernel.kernel,
      image: image.image,
      steps,
      seconds: Object.fromEntries(steps.map((step) => [step.name, step.seconds])),
    })
  else context.print(`\n${renderSteps(steps)}`)
  context.printError(`kernelkit: verdict=${verdict} exit=${exitCode}`)
  return exitCode
}

function fromStore({ cached }: { readonly cached: boolean }): string {
  return cached ? ', from the store' : ''
}

async function dryRun(context: CommandContext, options: RawOptions): Promise<number> {
  const { host, signal } = context
  const packages = await missingPackages(host)
  const source = textOption(options, 'source') ?? (await quickstartSource(host, signal))
  const name = textOption(options, 'suite')
  const suite = name === undefined ? '' : ` --suite ${name}`
  const config = listOption(options, 'config')
  const bootTimeout = textOption(options, 'bootTimeout')
  const limit = bootTimeout === undefined ? '' : ` --boot-timeout ${bootTimeout}`
  const commands = [
    `kernelkit run -k ${await quickstartKernel(host, await context.store())} --root host --no-cwd --net none${limit} -- uname -a`,
    `kernelkit build ${source} ${(config.length === 0 ? quickstartConfig : config).map((item) => `--config ${item}`).join(' ')}`,
    `kernelkit bake${suite}`,
    `kernelkit run --ssh -v DIRECTORY:/mnt/quickstart:ro${limit} -- sh -c 'uname -a; cat /etc/os-release'`,
  ]
  const install = packages.length === 0 ? undefined : [...((await sudoWords(host)) ?? []), ...installCommand(packages)]
  if (context.json) context.printJson({ packages, install: install ?? null, commands })
  else {
    context.print(install === undefined ? '# this host lacks nothing' : quoteArgv(install))
    context.print(['# the rest is what these commands do (each has its own --dry-run)', ...commands].join('\n'))
  }
  return 0
}

async function missingPackages(host: Host): Promise<readonly string[]> {
  return packagesOf(await missingRequirements(host, quickstartRequirements(host, parseArch(hostArch(host.nodeArch)))))
}
