import { UserError, command, message, option, type Message } from '@kernelkit/core/errors'
import { renderKernelReference, type KernelReference } from '@kernelkit/core/kernels'
import { optionModules } from '@kernelkit/core/modules'
import { originOfRelease } from '@kernelkit/core/packages'
import { provides, type KernelOptions } from './kernel-options.ts'
import { installDaemon, shareOptions, type KernelNeed, type RefusedKernel } from './needs.ts'

/** What the kernel lacks for this run, and what to do. */
export function kernelLacks(kernel: RefusedKernel, unmet: readonly KernelNeed[]): UserError {
  const { options } = kernel
  const list = unmet.map(({ symbol, why }) => `CONFIG_${symbol}${moduleNote(options, symbol)} ${why}`)
  return new UserError('KERNEL_LACKS', `this kernel lacks ${list.join('; ')} (${options.source ?? ''}).`, {
    verdict: 'config-fail',
    hint: hintFor(kernel, unmet),
    details: { symbols: unmet.map(({ symbol }) => symbol), config: options.source },
  })
}

/** Of a module, which file was looked for and where. */
function moduleNote({ value, modules }: KernelOptions, symbol: string): string {
  if (value(symbol) !== 'm') return ''
  if (modules === undefined) return ' (it is a module)'
  return ` (it is a module, but ${modules.directory} has no ${optionModules[symbol] ?? symbol.toLowerCase()})`
}

const bake = command('kernelkit bake', { action: 'the bake-image action' })

/** Users who name a distribution's kernel do not want to build one: its general flavour has most options, and 9p. */
function otherKernel(reference: KernelReference | undefined): Message {
  if (reference?.kind !== 'distribution' || reference.flavour === undefined) return ''
  return message`Take the general kernel of the same suite, which has more options: ${option('kernel', renderKernelReference({ ...reference, flavour: undefined }))}. Or: `
}

function hintFor({ options, release, arch, reference }: RefusedKernel, unmet: readonly KernelNeed[]): Message {
  // A file of a distribution without its modules: building another kernel is not what is wanted.
  const lacksModules = options.modules === undefined && unmet.some(({ symbol }) => options.value(symbol) === 'm')
  const origin = lacksModules ? originOfRelease(release, arch.debianKernel) : undefined
  if (origin?.kind === 'debian')
    return message`Name its package, which brings its modules: ${option('kernel', origin.package)}, or the newest one like it: ${option('kernel', origin.reference)}.`
  if (origin?.kind === 'rpm')
    return message`Name its packages, those with its modules too: ${option('kernel', 'kernel-core.rpm,kernel-modules-core.rpm,kernel-modules.rpm')}.`
  if (lacksModules)
    return message`Put its modules next to it (\`make modules_install INSTALL_MOD_PATH=DIR\`), or name a kernel that comes with them, such as ${option('kernel', 'debian:12/cloud')}.`
  const isShared = unmet.every(({ symbol }) => shareOptions['9p'].some((one) => one === symbol))
  if (isShared && shareOptions.virtiofs.every((symbol) => provides(options, symbol)))
    return message`${otherKernel(reference)}${installDaemon} Or boot an image with ${option('image')} (${bake} makes one), without directories: ${option('no-cwd')}.`
  const symbols = unmet.map(({ symbol }) => `${symbol}=y`)
  return message`${otherKernel(reference)}Build it with ${command(`kernelkit build ${symbols.map((symbol) => `--config ${symbol}`).join(' ')}`, { action: `the build-kernel action and \`config: ${symbols.join(' ')}\`` })}.`
}
