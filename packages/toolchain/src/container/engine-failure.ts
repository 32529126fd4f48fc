import { UserError, command, message, option } from '@kernelkit/core/errors'
import type { Engine } from '../engine/engine.ts'

/** What an error of the engine's API says, without the client's framing `(HTTP code 404) no such container - `. */
export function engineWords(error: unknown): string {
  if (typeof error === 'object' && error !== null && 'json' in error) {
    const { json } = error
    if (typeof json === 'object' && json !== null && 'message' in json && typeof json.message === 'string') return json.message.trim()
  }
  return (error instanceof Error ? error.message : String(error)).replace(/^\(HTTP code \d+\) [^-]*- /, '').trim()
}

/** Status of the engine's answer, `undefined` when there was none. */
export function engineStatus(error: unknown): number | undefined {
  return typeof error === 'object' && error !== null && 'statusCode' in error && typeof error.statusCode === 'number'
    ? error.statusCode
    : undefined
}

/** Why a container could not be made or started, with what to do about it. */
export function explainRefusal(
  error: unknown,
  { engine, image, purpose }: { readonly engine: Pick<Engine, 'address'>; readonly image: string; readonly purpose: string },
): UserError {
  if (error instanceof UserError) return error
  const words = engineWords(error)
  const fact = { details: { engine: engine.address, image }, cause: error }
  // Docker: `bind source path does not exist: /x`; Podman: `statfs /x: no such file or directory`.
  const source = /bind source path does not exist: (\S.*)$/.exec(words)?.[1] ?? /statfs (.*): no such file or directory/.exec(words)?.[1]
  if (source !== undefined) {
    return new UserError('CONTAINER_MOUNT', `${source} is on this machine, but the engine at ${engine.address} does not see it.`, {
      hint: message`Use an engine on this machine (not one at tcp:// or in a virtual machine without the directory), or ${option('toolchain', 'host')}.`,
      ...fact,
    })
  }
  if (/no space left on device/i.test(words)) {
    return new UserError('DISK_FULL', `the engine at ${engine.address} has no space for a container: ${words}.`, {
      hint: message`Free space where the engine keeps its data: ${command('kernelkit toolchain prune')}, \`docker system prune\`.`,
      ...fact,
    })
  }
  if (engineStatus(error) === 404 && /no such image/i.test(words)) {
    return new UserError('CONTAINER_REFUSED', `the engine at ${engine.address} has no image ${image}.`, {
      hint: message`Run ${command('kernelkit toolchain build')}.`,
      ...fact,
    })
  }
  return new UserError('CONTAINER_REFUSED', `the engine at ${engine.address} cannot start a container for ${purpose}: ${words}.`, {
    hint: message`Try it by hand (\`docker run --rm ${image} true\`), or use ${option('toolchain', 'host')}.`,
    ...fact,
  })
}
