import { UserError, joinMessages, message, option } from '@kernelkit/core/errors'
import { defaultBase } from '@kernelkit/core/toolchain'
import type { BakeTools } from '@kernelkit/core/debootstrap'
import type { EngineStep } from '@kernelkit/core/plan'
import type { ObtainToolchainOptions } from './toolchain-image.ts'
import { runSteps } from '@kernelkit/host'
import { baseTag, bootstrapBase, bootstrapTools } from './bootstrap-base.ts'
import { performEngineStep } from './engine-steps.ts'
import { inspectImage } from './inspect-image.ts'

/** A base that the engine has. */
export interface Base {
  /** What `FROM` is given. */
  readonly from: string
  /** What the label says: a reference by digest, or `bootstrap:SUITE`. */
  readonly name: string
  /** Where it came from, for the one line of the log. */
  readonly how: string
  /** Labels of a registry's image: it may be a finished toolchain. */
  readonly labels: Readonly<Record<string, string>>
  readonly id: string
}

/** A reference by digest (https://github.com/distribution/reference): a tag may be another image tomorrow. */
const byDigest = /^[a-z0-9][\w.:/-]*@sha256:[0-9a-f]{64}$/i

/** Refuse a base that names no fixed image, before any request. */
export function checkBase(base: string | undefined): void {
  if (base === undefined || base === 'bootstrap' || byDigest.test(base)) return
  throw new UserError('TOOLCHAIN_BASE', message`${option('base')} '${base}' is neither 'bootstrap' nor a reference by digest.`, {
    hint: 'Write NAME@sha256:…, such as debian@sha256:… (`docker pull NAME:TAG` prints the digest); a tag may be another image tomorrow.',
    details: { seen: base, allowed: ['bootstrap', 'NAME@sha256:DIGEST'] },
  })
}

/** Where a base comes from. */
export type BaseChoice =
  | { readonly from: 'engine'; readonly base: Base }
  | { readonly from: 'bootstrap'; readonly tools: BakeTools }
  /** `obstacle`: nothing was asked for, and this is why it is not bootstrapped. */
  | { readonly from: 'registry'; readonly reference: string; readonly obstacle: UserError | undefined }

/** The base that was asked for; else one bootstrapped before, one bootstrapped now, the registry's. Nothing is made. */
export async function chooseBase(options: ObtainToolchainOptions): Promise<BaseChoice> {
  const { base, engine, host, spec, signal } = options
  if (base !== undefined && base !== 'bootstrap') {
    const here = await inspectImage(engine, base, signal)
    if (here === undefined) return { from: 'registry', reference: base, obstacle: undefined }
    return { from: 'engine', base: { from: base, name: base, how: base, labels: here.Config.Labels ?? {}, id: here.Id } }
  }
  const tag = baseTag(spec.suite, engine.nodeArch)
  const before = options.force === true ? undefined : await inspectImage(engine, tag, signal)
  if (before !== undefined)
    return { from: 'engine', base: bootstrapped({ suite: spec.suite, id: before.Id, how: `${tag}, bootstrapped before` }) }
  const tools = await bootstrapTools(host).catch((error: unknown) => {
    if (base === undefined && error instanceof UserError) return error
    throw error
  })
  return tools instanceof UserError
    ? { from: 'registry', reference: defaultBase(spec.suite), obstacle: tools }
    : { from: 'bootstrap', tools }
}

/** The chosen base, in the engine. */
export async function obtainBase(options: ObtainToolchainOptions): Promise<Base> {
  const choice = await chooseBase(options)
  switch (choice.from) {
    case 'engine':
      return choice.base
    case 'bootstrap':
      return bootstrapNow(options, choice.tools)
    case 'registry':
      return choice.obstacle === undefined
        ? fromRegistry(options, choice.reference)
        : fromDefaultRegistry(options, { tag: choice.reference, obstacle: choice.obstacle })
  }
}

async function bootstrapNow(options: ObtainToolchainOptions, tools: BakeTools): Promise<Base> {
  const { engine, host, spec, signal } = options
  for (const line of tools.why) host.log.info(line)
  await bootstrapBase({ engine, host, suite: spec.suite, signal }, tools)
  const tag = baseTag(spec.suite, engine.nodeArch)
  const id = (await inspectImage(engine, tag, signal))?.Id ?? tag
  return bootstrapped({ suite: spec.suite, id, how: 'a base bootstrapped on this host' })
}

function bootstrapped({ suite, id, how }: { readonly suite: string; readonly id: string; readonly how: string }): Base {
  // By its id: Podman looks for a short name in registries only.
  return { from: id, name: baseName(suite), how, labels: {}, id }
}

/** What the label of a toolchain says of a bootstrapped base. */
export function baseName(suite: string): string {
  return `bootstrap:${suite}`
}

export function pullStep(reference: string): EngineStep {
  return { kind: 'engine', why: 'the base of the image, from its registry', call: { call: 'pull', name: reference } }
}

async function pull({ engine, host, signal }: ObtainToolchainOptions, reference: string): Promise<void> {
  await runSteps(host, [pullStep(reference)], { signal, perform: (step) => performEngineStep({ engine, host, signal }, step) })
}

async function fromRegistry(options: ObtainToolchainOptions, reference: string): Promise<Base> {
  await pull(options, reference)
  const found = await inspectImage(options.engine, reference, options.signal)
  return {
    from: reference,
    name: reference,
    how: `${reference}, fetched`,
    labels: found?.Config.Labels ?? {},
    id: found?.Id ?? reference,
  }
}

/** Nothing was asked for and this host cannot bootstrap: the suite's image of the registry, remembered by its digest. */
async function fromDefaultRegistry(
  options: ObtainToolchainOptions,
  { tag, obstacle }: { readonly tag: string; readonly obstacle: UserError },
): Promise<Base> {
  const { engine, signal } = options
  try {
    await pull(options, tag)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    const text = message`${error.parts.message} A base cannot be bootstrapped on this host either: ${obstacle.parts.message}`
    throw new UserError(error.code, text, {
      hint: joinMessages(
        [obstacle.parts.hint, error.parts.hint].filter((hint) => hint !== undefined),
        ' ',
      ),
      details: { ...error.details, bootstrap: obstacle.message },
      cause: error,
    })
  }
  const found = await inspectImage(engine, tag, signal)
  const name = found?.RepoDigests?.[0] ?? tag
  return {
    from: name,
    name,
    how: `${tag} of the registry (this host cannot bootstrap: ${obstacle.message})`,
    labels: {},
    id: found?.Id ?? tag,
  }
}
