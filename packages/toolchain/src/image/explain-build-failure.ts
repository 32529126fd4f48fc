import { UserError, command, message, option } from '@kernelkit/core/errors'
import { lastLines, readLastLines } from '@kernelkit/host'

export interface BuildFacts {
  /** Reference of the base, as in the label. */
  readonly base: string
  readonly suite: string
  readonly compiler: string
  /** Address of the engine. */
  readonly engine: string
}

/** The engine's disk is full, in the words of dockerd, apt or dpkg. */
const fullDisk = /no space left on device|not enough free space|don't have enough free space/i
const noNetwork =
  /Could not resolve|Temporary failure resolving|Unable to connect|Connection (?:timed out|refused)|Failed to fetch|Network is unreachable/i

/** The error that the output of a failed image build means. */
export function explainBuildFailure(output: string, facts: BuildFacts, cause?: unknown): UserError {
  const { base, suite, compiler, engine } = facts
  const details = { base, suite, compiler, engine }
  const tail = lastLines(output)
  if (fullDisk.test(output)) return engineDiskFull(engine, cause)
  const missing = missingPackages(output)
  if (missing.length > 0)
    return new UserError('TOOLCHAIN_PACKAGE', `${suite} (${base}) has no package ${missing.map((name) => `'${name}'`).join(', ')}.`, {
      hint: missing.some((name) => name.includes(compiler))
        ? message`Use ${option('compiler', compiler.replace(/-.*/, ''))}, the default version of ${suite}, or a newer suite, which has newer ones: ${option('suite', 'trixie')}.`
        : message`Choose another suite with ${option('suite')}.`,
      details: { ...details, packages: missing },
      cause,
    })
  if (/apt-get: (?:command )?not found|exec: "\/bin\/sh"|\/bin\/sh: no such file|exec \/bin\/sh/i.test(output))
    return new UserError('TOOLCHAIN_BASE', `the base ${base} is not Debian-like: it has no apt-get.`, {
      hint: message`Name an image of Debian or Ubuntu by digest (${option('base', 'NAME@sha256:…')}), or use ${option('base', 'bootstrap')}.`,
      details,
      cause,
    })
  if (noNetwork.test(output))
    return new UserError('MIRROR_UNREACHABLE', `packages could not be fetched inside the engine at ${engine}.\n${tail}`, {
      hint: 'Set http_proxy to an address that is not on localhost, then run it again: the containers of this engine may reach the network only through a proxy.',
      details,
      cause,
    })
  return new UserError('TOOLCHAIN_BUILD', `the toolchain image could not be built on ${base}.\n${tail}`, {
    hint: readLastLines,
    details,
    cause,
  })
}

/** What a failed pull means. */
export function explainPullFailure(reason: string, { base, engine }: Pick<BuildFacts, 'base' | 'engine'>, cause?: unknown): UserError {
  const details = { base, engine, reason }
  if (fullDisk.test(reason)) return engineDiskFull(engine, cause)
  if (
    /manifest (?:for .* )?(?:unknown|not found)|not found|pull access denied|repository does not exist|unauthorized|invalid reference/i.test(
      reason,
    )
  )
    return new UserError('TOOLCHAIN_BASE', `the registry has no ${base} for this engine: ${reason}.`, {
      hint: message`Correct the name and the digest (\`docker pull NAME:TAG\` prints the digest; pull a private image by hand first), or use ${option('base', 'bootstrap')}.`,
      details,
      cause,
    })
  return new UserError('REGISTRY_UNREACHABLE', `the engine at ${engine} could not fetch ${base}: ${reason}.`, {
    hint: message`Check the network and proxy of the engine, or use ${option('base', 'bootstrap')}, which makes the base on this machine without a registry.`,
    details,
    cause,
  })
}

function engineDiskFull(engine: string, cause: unknown): UserError {
  return new UserError('DISK_FULL', `the engine at ${engine} has no space left for an image.`, {
    hint: message`Free about 1.5 GiB: ${command('kernelkit toolchain prune')} removes old images of ours, \`docker system prune\` everything that is unused.`,
    details: { engine },
    cause,
  })
}

function missingPackages(output: string): readonly string[] {
  const found = [...output.matchAll(/Unable to locate package (\S+)|Package '?([a-z0-9][a-z0-9+.-]*)'? has no installation candidate/g)]
  return [...new Set(found.flatMap((match) => match[1] ?? match[2] ?? []))]
}
