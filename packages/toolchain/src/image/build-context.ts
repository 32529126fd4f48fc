import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { wholeToolPaths } from '@kernelkit/core/toolchain'
import type { Host } from '@kernelkit/host'
import type { ToolFiles } from './toolchain-image.ts'
import { tarEnd, tarHeader, tarPadding } from './tar-entry.ts'

/** A file that goes into a build context. */
export interface ContextFile {
  /** Name in the context: the same as in a checkout, so that one Dockerfile serves both. */
  readonly name: string
  /** Path on this machine. */
  readonly path: string
  readonly mode: number
}

/** The command's files under the names that the Dockerfile copies them by, sorted. */
export async function wholeToolFiles(host: Pick<Host, 'fs'>, tool: ToolFiles, nodeArch: string): Promise<readonly ContextFile[]> {
  const trees = [
    [wholeToolPaths.cli, tool.cli, ['package.json', 'bin', 'bundle']],
    [dirname(wholeToolPaths.agent), dirname(tool.agent), ['agent']],
  ] as const
  const files = await Promise.all(
    trees.map(([name, directory, parts]) => Promise.all(parts.map((part) => listFiles(host, `${name}/${part}`, join(directory, part))))),
  )
  const node = { name: wholeToolPaths.node(nodeArch), path: tool.node, mode: 0o755 }
  return [...files.flat(2), node].toSorted((a, b) => (a.name < b.name ? -1 : 1))
}

async function listFiles(host: Pick<Host, 'fs'>, name: string, path: string): Promise<readonly ContextFile[]> {
  const stat = await host.fs.stat(path)
  if (!stat.isDirectory()) return [{ name, path, mode: stat.mode & 0o111 ? 0o755 : 0o644 }]
  const names = await host.fs.readdir(path)
  return (await Promise.all(names.map((one) => listFiles(host, `${name}/${one}`, join(path, one))))).flat()
}

/** Names and contents of the command's files in one digest. The node program counts by version and size: reading its 120 MB would cost more than asking the engine. */
export async function digestToolFiles(host: Host, files: readonly ContextFile[]): Promise<string> {
  const lines = await Promise.all(
    files.map(async ({ name, path }) => {
      if (!name.startsWith('node_modules/')) return `${name} ${await host.sha256File(path)}`
      const [{ stdout }, { size }] = await Promise.all([host.run([path, '--version']), host.fs.stat(path)])
      return `${name} ${stdout.trim()} ${size}`
    }),
  )
  return host.sha256(lines.join('\n'))
}

/** The build context as a tar stream: the Dockerfile, then the files. */
export function packContext(host: Pick<Host, 'fs'>, dockerfile: string, files: readonly ContextFile[]): Readable {
  async function* entries(): AsyncGenerator<Uint8Array> {
    const text = Buffer.from(dockerfile)
    yield Buffer.concat([tarHeader({ name: 'Dockerfile', size: text.length, mode: 0o644 }), text, tarPadding(text.length)])
    for (const { name, path, mode } of files) {
      const { size } = await host.fs.stat(path)
      yield tarHeader({ name, size, mode })
      let sent = 0
      for await (const chunk of host.fs.createReadStream(path) as AsyncIterable<Buffer>) {
        sent += chunk.length
        yield chunk
      }
      if (sent !== size) throw new Error(`${path} changed while it was read`)
      yield tarPadding(size)
    }
    yield tarEnd
  }
  return Readable.from(entries(), { objectMode: false })
}
