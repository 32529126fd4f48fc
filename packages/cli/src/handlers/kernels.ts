import { hostArch } from '@kernelkit/core/arch'
import { UserError, message, nearestName, option } from '@kernelkit/core/errors'
import { parseKernelsSpec } from '@kernelkit/core/options/commands'
import { matchesGlob } from '@kernelkit/core/packages'
import { listKernels, type KernelList, type ListedKernel } from '@kernelkit/vm/internal/kernels'
import type { CommandContext, RawOptions } from '../command.ts'
import { formatBytes } from '../output/quantities.ts'
import { formatTable } from '../output/table.ts'

/** `kernelkit kernels`: what can be booted by a word, and what of it is in the store. */
export async function kernels(context: CommandContext, args: readonly string[], options: RawOptions): Promise<number> {
  const spec = parseKernelsSpec(args, options, { hostArch: hostArch(context.host.nodeArch) })
  const list = await listKernels(context.host, await context.store(), { ...spec, signal: context.signal })
  const { glob } = spec
  const found = list.kernels.filter(({ reference, name }) => glob === undefined || matchesGlob(glob, reference) || matchesGlob(glob, name))
  report(context, list, { isListed: found.length > 0 })
  if (found.length === 0 && glob !== undefined) throw noMatch(glob, list)
  if (context.json) {
    context.printJson({ kernels: found.map(document), incomplete: list.broken, unknown: list.unknown })
    return 0
  }
  if (found.length === 0) context.host.log.info('no mirror gives a list, and the store has no kernel')
  else context.print(formatTable(['KERNEL', 'PACKAGE', 'VERSION', 'SUITE', 'SIZE', 'STORE'], found.map(row)))
  return 0
}

function report({ host }: CommandContext, { broken, unknown }: KernelList, { isListed }: { readonly isListed: boolean }): void {
  const [first] = unknown
  if (first !== undefined)
    host.log.warn(
      `no list of ${unknown.map(({ release }) => release).join(', ')}: ${first.reason}${isListed ? ' What the store has is listed.' : ''}`,
    )
  const [example] = broken
  if (example !== undefined)
    host.log.info(
      `${broken.length} kernels are left out, as the mirror no longer has all of their packages, such as ${example.missing} for ${example.name}`,
    )
}

function row({ reference, name, version, suite, bytes, storedBytes }: ListedKernel): readonly string[] {
  return [
    reference,
    name,
    version ?? '',
    suite ?? '',
    bytes === undefined ? '' : formatBytes(bytes),
    storedBytes === undefined ? '' : formatBytes(storedBytes),
  ]
}

function document(kernel: ListedKernel): Readonly<Record<string, unknown>> {
  const { reference, name, version, suite, bytes, path, storedBytes } = kernel
  return {
    kernel: reference,
    name,
    version: version ?? null,
    suite: suite ?? null,
    bytes: bytes ?? null,
    stored: path === undefined ? null : { path, bytes: storedBytes ?? null },
  }
}

function noMatch(glob: string, { kernels: all, unknown }: KernelList): UserError {
  if (unknown.length > 0) {
    return new UserError(
      'NO_SUCH_KERNEL',
      `no kernel in the store has a name that fits '${glob}', and the lists of the mirror are not here.`,
      {
        hint: message`Ask without a pattern for all that the store has, or another mirror with ${option('mirror', 'URL')}.`,
        details: { glob },
      },
    )
  }
  const near = nearestName(
    glob.replaceAll(/[*?]/g, ''),
    all.map(({ reference }) => reference),
  )
  const short = all.filter(({ reference }) => !reference.startsWith('/') && !reference.startsWith('deb:')).map(({ reference }) => reference)
  return new UserError('NO_SUCH_KERNEL', `no kernel fits '${glob}'; short names: ${short.join(', ')}.`, {
    hint: near === undefined ? message`Ask another mirror with ${option('mirror', 'URL')}.` : `Did you mean ${near}?`,
    details: { glob },
  })
}
