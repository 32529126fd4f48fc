import { UserError, message, option } from '@kernelkit/core/errors'
import { rootRemedy, type Host } from '@kernelkit/host'
import type { Engine } from './engine.ts'
import { askPlace, oldestApi, type Answer } from './ask.ts'
import { contextPlace, currentContext } from './context.ts'
import { usualPlaces, type EnginePlace } from './place.ts'

/** One place that was tried, for the error and for `doctor`. */
interface Attempt {
  readonly place: EnginePlace
  readonly answer: Exclude<Answer, { readonly kind: 'found' }>
}

/**
 * The first engine that answers: the one that `DOCKER_HOST` or `DOCKER_CONTEXT` names and no other, else the docker
 * context in use, else the usual sockets. Throws `NO_ENGINE`, `ENGINE_DENIED` or `ENGINE_TOO_OLD` with every place that was tried.
 */
export async function connectEngine(host: Host, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<Engine> {
  const { places, unknown } = await findPlaces(host)
  const attempts: Attempt[] = []
  for (const place of places) {
    const answer = await askPlace(host, place, signal)
    if (answer.kind === 'found') {
      host.log.detail(`engine ${answer.engine.version} at ${place.address} (${place.from})`)
      return answer.engine
    }
    attempts.push({ place, answer })
  }
  throw await explainAttempts(host, attempts, unknown)
}

async function findPlaces(host: Host): Promise<{ readonly places: readonly EnginePlace[]; readonly unknown: readonly string[] }> {
  const { env } = host
  const named = env['DOCKER_HOST']
  if (named !== undefined && named !== '') {
    const tls = env['DOCKER_TLS_VERIFY'] ? (env['DOCKER_CERT_PATH'] ?? `${host.home}/.docker`) : undefined
    return { places: [{ address: named, from: 'DOCKER_HOST', tls }], unknown: [] }
  }
  const context = await currentContext(host)
  if (context === undefined) return { places: usualPlaces(host), unknown: [] }
  const place = await contextPlace(host, context)
  const [first, unknown] = typeof place === 'string' ? [[], [place]] : [[place], []]
  // A context of the configuration file may be left over from a Docker Desktop that is gone; a variable is meant now.
  const rest = context.from === 'DOCKER_CONTEXT' ? [] : usualPlaces(host).filter(({ address }) => address !== first[0]?.address)
  return { places: [...first, ...rest], unknown }
}

/** One error for all places, named after the nearest miss. */
async function explainAttempts(
  host: Pick<Host, 'uid' | 'which'>,
  attempts: readonly Attempt[],
  unknown: readonly string[],
): Promise<UserError> {
  const tried = [...unknown, ...attempts.map(({ place, answer }) => `${place.address} (${place.from}): ${answer.reason}`)]
  const list = tried.map((line) => `\n  ${line}`).join('')
  const details = { tried: attempts.map(({ place, answer }) => ({ address: place.address, from: place.from, reason: answer.reason })) }
  const old = attempts.find(({ answer }) => answer.kind === 'too-old')
  if (old !== undefined)
    return new UserError('ENGINE_TOO_OLD', `the engine at ${old.place.address} is too old. Tried:${list}`, {
      hint: `Install Docker 20.10 or newer (API ${oldestApi}), or name another engine with DOCKER_HOST.`,
      details,
    })
  for (const { place, answer } of attempts) {
    if (answer.kind !== 'denied') continue
    const { group } = answer
    return new UserError('ENGINE_DENIED', `uid ${host.uid} may not open the socket of an engine. Tried:${list}`, {
      hint:
        group === undefined
          ? `Ask the owner of ${place.address.replace('unix://', '')}, or start an engine of your own (\`dockerd-rootless-setuptool.sh install\`).`
          : `Run ${await rootRemedy(host, `usermod -aG ${group} "$USER"`)} and log in again (the socket belongs to the group '${group}', whose members can become root on this machine), or start a rootless engine of your own.`,
      details: { ...details, group },
    })
  }
  return new UserError('NO_ENGINE', `no Docker Engine answers. Tried:${list}`, {
    hint: message`Start one (\`apt-get install docker.io\`, \`systemctl start docker\`), name one with DOCKER_HOST, or use ${option('toolchain', 'host')}.`,
    details,
  })
}
