import { dirname, join } from 'node:path'
import { workFiles } from '@kernelkit/core/debootstrap'
import { UserError } from '@kernelkit/core/errors'
import { quoteArgv } from '@kernelkit/core/plan'
import { aptOptionsOfHost, explaining, type Host } from '@kernelkit/host'
import type { ExecOptions, ExecResult, ToolContainer } from '@kernelkit/toolchain'
import { containerTools } from './container-tools.ts'
import { aptOptionsInside, checkMirrorInside, proxiesInside } from '../bake/outside-settings.ts'
import type { WorkDirectory, BakeBackend } from './bake-backend.ts'

// On the container's own writable layer, which is as large as the engine's disk; /tmp may be a tmpfs.
const folderPrefix = '/var/tmp/kernelkit-bake-'

/**
 * A toolchain container as the place where images are made: its root, nothing mounted. Inputs go in and results
 * come out as streams, so the engine may have a file system of its own. The container stays the caller's to dispose.
 */
export function containerBackend(host: Host, container: ToolContainer): BakeBackend {
  return {
    where: 'container',
    uid: 0,
    folderPattern: `${folderPrefix}XXXXXX`,
    tools: async (spec) => {
      const tools = await containerTools(container, host, spec)
      for (const line of tools.why) host.log.info(line)
      return tools
    },
    ask: (argv, options) => container.exec(argv, { ...options, env: proxiesInside(host.env).kept }),
    aptOptions: async () => {
      const { kept, left } = aptOptionsInside(await aptOptionsOfHost(host))
      for (const setting of [...left, ...proxiesInside(host.env).left])
        host.log.warn(`not used in the container, which does not see this machine's loopback or programs: ${setting}`)
      return kept
    },
    checkMirror: checkMirrorInside,
    open: () => openContainerDirectory(host, container),
  }
}

async function openContainerDirectory(host: Host, container: ToolContainer): Promise<WorkDirectory> {
  const path = `${folderPrefix}${host.randomHex(6)}`
  const env = proxiesInside(host.env).kept
  const at = (name: string): string => join(path, name)
  const run = async (
    argv: readonly string[],
    options: ExecOptions & { readonly reject?: boolean | undefined } = {},
  ): Promise<ExecResult> => {
    const result = await container.exec(argv, options)
    options.signal?.throwIfAborted()
    if (result.exitCode !== 0 && options.reject !== false) throw failed(argv, result)
    return result
  }
  // apt fetches as its own user and has to pass through.
  await run(['sh', '-c', 'umask 022; mkdir "$1" "$1/$2" && chmod 1777 "$1/$2"', 'sh', path, workFiles.scratch])
  return {
    where: 'container',
    path,
    makeFolder: async (name) => void (await run(['mkdir', '-m', '755', at(name)])),
    putFile: ({ from, name }) => container.putFile({ from, to: at(name), mode: 0o644 }),
    putContent: ({ content, name, mode }) => container.putText({ content, to: at(name), mode: mode ?? 0o644 }),
    share: async (file) => {
      await run(['mkdir', '-p', dirname(file)])
      await container.putFile({ from: file, to: file, mode: 0o644 })
    },
    run: async (argv, { env: more, signal, reject } = {}) => ({
      ...(await run(argv, { env: { ...env, ...more }, signal, reject })),
      signal: undefined,
    }),
    supervise: async (argv, { onLine, signal }) => {
      signal?.throwIfAborted()
      host.log.detail(`$ ${quoteArgv(argv)}`)
      const lines = (text: string): void => text.split('\r').forEach((line) => line !== '' && onLine(line))
      const result = await container.exec(argv, { env, onLine: lines, signal, cwd: '/' })
      signal?.throwIfAborted()
      if (result.exitCode === killed || result.outOfMemory) throw failed(argv, result)
      return result.exitCode
    },
    takeFile: ({ name, to, signal }) => explaining(to, () => container.takeFile({ from: at(name), to, signal })),
    readText: async (name) => (await run(['cat', at(name)])).stdout,
    [Symbol.asyncDispose]: async () => {
      // The container may be gone, and the folder with it.
      await container.exec(['rm', '-rf', '--one-file-system', path]).catch(() => undefined)
    },
  }
}

/** 128 + SIGKILL. */
const killed = 137

function failed(argv: readonly string[], { exitCode, stdout, stderr, outOfMemory }: ExecResult): UserError {
  const program = argv.find((word) => word !== 'env' && !/^\w+=/.test(word)) ?? ''
  if (outOfMemory || exitCode === killed) {
    const why = outOfMemory ? 'memory ran out inside the container' : 'something outside killed it'
    return new UserError('BOOTSTRAP_FAILED', `${program} was killed in the container: ${why}.`, {
      hint: outOfMemory
        ? 'a bake needs about 512 MiB: raise the memory limit of the container or of the engine.'
        : 'run it again; what was finished comes from the store.',
      details: { exitCode, outOfMemory },
    })
  }
  const output = `${stdout}${stderr}`.trimEnd().split('\n').slice(-40).join('\n')
  return new UserError(
    'COMMAND_FAILED',
    `\`${quoteArgv(argv)}\` ended with ${exitCode} in the container.${output === '' ? '' : `\n${output}`}`,
    {
      details: { argv, exitCode },
    },
  )
}
