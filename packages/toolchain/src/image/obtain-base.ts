import { UserError } from '@kernelkit/core/errors'
import { defaultBase } from '@kernelkit/core/toolchain'
import type { BakeTools } from '@kernelkit/core/debootstrap'
import type { ObtainToolchainOptions } from '../contract.ts'
import { baseTag, bootstrapBase, bootstrapTools } from './bootstrap-base.ts'
import { inspectImage } from './inspect-image.ts'
import { pullImage } from './pull-image.ts'

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

/** Refuse a base that says nothing firm, before anything is asked of anybody. */
export function checkBase(base: string | undefined): void {
  if (base === undefined || base === 'bootstrap' || byDigest.test(base)) return
  throw new UserError('TOOLCHAIN_BASE', `--base '${base}' is neither 'bootstrap' nor a reference by digest.`, {
    hint: `write NAME@sha256:…, such as debian@sha256:…: \`docker pull NAME:TAG\` prints the digest; a tag may be another image tomorrow.`,
    details: { seen: base, allowed: ['bootstrap', 'NAME@sha256:DIGEST'] },
  })
}

/** The base that was asked for; else one bootstrapped before, one bootstrapped now, the registry's. */
export async function obtainBase(options: ObtainToolchainOptions): Promise<Base> {
  const { base } = options
  if (base !== undefined && base !== 'bootstrap') return fromRegistry(options, base)
  const before = options.force === true ? undefined : await bootstrappedBefore(options)
  if (before !== undefined) return before
  const tools = await bootstrapTools(options.host).catch((error: unknown) => {
    if (base === undefined && error instanceof UserError) return error
    throw error
  })
  if (!(tools instanceof UserError)) return bootstrapNow(options, tools)
  return fromDefaultRegistry(options, tools)
}

async function bootstrappedBefore({ engine, spec: { suite }, signal }: ObtainToolchainOptions): Promise<Base | undefined> {
  const tag = baseTag(suite, engine.nodeArch)
  const found = await inspectImage(engine, tag, signal)
  return found === undefined ? undefined : bootstrapped({ suite, id: found.Id, how: `${tag}, bootstrapped before` })
}

async function bootstrapNow(options: ObtainToolchainOptions, tools: BakeTools): Promise<Base> {
  const { engine, host, spec, signal } = options
  for (const line of tools.why) host.log.info(line)
  const tag = await bootstrapBase({ engine, host, suite: spec.suite, signal }, tools)
  const id = (await inspectImage(engine, tag, signal))?.Id ?? tag
  return bootstrapped({ suite: spec.suite, id, how: 'a base bootstrapped on this host' })
}

function bootstrapped({ suite, id, how }: { readonly suite: string; readonly id: string; readonly how: string }): Base {
  // By its id: Podman looks for a short name in registries only.
  return { from: id, name: `bootstrap:${suite}`, how, labels: {}, id }
}

async function fromRegistry({ engine, host, signal }: ObtainToolchainOptions, reference: string): Promise<Base> {
  const here = await inspectImage(engine, reference, signal)
  if (here === undefined) await pullImage(engine, host, { name: reference, signal })
  const found = here ?? (await inspectImage(engine, reference, signal))
  return {
    from: reference,
    name: reference,
    how: `${reference}${here === undefined ? ', fetched' : ''}`,
    labels: found?.Config.Labels ?? {},
    id: found?.Id ?? reference,
  }
}

/** Nothing was asked for and this host cannot bootstrap: the suite's image of the registry, remembered by its digest. */
async function fromDefaultRegistry({ engine, host, spec, signal }: ObtainToolchainOptions, obstacle: UserError): Promise<Base> {
  const tag = defaultBase(spec.suite)
  try {
    await pullImage(engine, host, { name: tag, signal })
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    throw new UserError(error.code, `${error.message} A base cannot be bootstrapped on this host either: ${obstacle.message}`, {
      hint: `${obstacle.hint ?? ''} Or: ${error.hint ?? ''}`,
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
