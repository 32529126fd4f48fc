import { join } from 'node:path'
import type { BakeTools } from '@kernelkit/core/debootstrap'
import { aptOptionsOfHost, explaining, type Host } from '@kernelkit/host'
import { prepareTools } from './prepare-tools.ts'
import { supervise } from './supervise.ts'
import { openWorkFolder } from './work-directory.ts'
import type { WorkDirectory, BakeBackend } from './bake-backend.ts'

/** This machine as the place where images are made. */
export function hostBackend(host: Host): BakeBackend {
  return {
    where: 'host',
    uid: host.uid,
    folderPattern: '/tmp/kernelkit-bake-XXXXXX',
    tools: (spec) => prepareTools(host, spec),
    ask: (argv, options) => host.run(argv, { ...options, reject: false }),
    aptOptions: () => aptOptionsOfHost(host),
    checkMirror: () => {},
    open: (tools) => openHostDirectory(host, tools),
  }
}

async function openHostDirectory(host: Host, tools: BakeTools): Promise<WorkDirectory> {
  const folder = await openWorkFolder(host, tools)
  const { path } = folder
  const at = (name: string): string => join(path, name)
  return {
    where: 'host',
    path,
    makeFolder: (name) =>
      explaining(path, async () => {
        await host.fs.mkdir(at(name))
        await host.fs.chmod(at(name), 0o755)
      }),
    putFile: ({ from, name }) =>
      explaining(path, async () => {
        await host.fs.copyFile(from, at(name))
        await host.fs.chmod(at(name), 0o644)
      }),
    putContent: ({ content, name, mode }) =>
      explaining(path, async () => {
        await host.fs.writeFile(at(name), content)
        await host.fs.chmod(at(name), mode ?? 0o644)
      }),
    share: async () => {},
    run: (argv, options) => host.run(argv, options),
    supervise: (argv, options) => supervise(host, { argv, workFolder: path, rights: tools, ...options }),
    // The temporary folder may lie on another file system.
    takeFile: async ({ name, to, signal }) => {
      await host.run(['cp', '--sparse=always', '--reflink=auto', at(name), to], { signal })
    },
    readText: (name) => host.fs.readFile(at(name), 'utf8'),
    [Symbol.asyncDispose]: () => folder[Symbol.asyncDispose](),
  }
}
