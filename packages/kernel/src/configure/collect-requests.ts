import { basename, isAbsolute, join, resolve } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import { UserError } from '@kernelkit/core/errors'
import {
  alwaysRequests,
  kunitPresets,
  mergeRequests,
  moduleRequests,
  overruledRequests,
  parseFragment,
  presetRequests,
  renderValue,
  type ConfigRequest,
  type ModuleRequests,
} from '@kernelkit/core/kconfig'
import type { ConfigItem } from '@kernelkit/core/options'
import type { Host } from '@kernelkit/host'

export interface CollectOptions {
  readonly arch: Arch
  readonly items: readonly ConfigItem[]
  readonly modules: 'auto' | 'yes' | 'no'
  /** The base, when it is a whole configuration. */
  readonly base: string | undefined
  /** The tree, for fragments that are part of it; asked only when a file is not found from the working directory. */
  readonly tree: () => Promise<string>
}

/** Name of the fragment that a directory's KUnit tests need. */
const kunitConfig = '.kunitconfig'

interface FoundFragment {
  readonly path: string
  readonly text: string
}

/** Everything that is asked of the configuration, the weakest request first, one per symbol. Missing files are reported together. */
export async function collectRequests(host: Host, { arch, items, tree, modules, base }: CollectOptions): Promise<ModuleRequests> {
  const asked: ConfigRequest[] = []
  const missing: string[] = []
  let isKunit = false
  for (const item of items) {
    if (item.kind === 'preset') asked.push(...presetRequests(item.name, arch))
    else if (item.kind === 'symbol') asked.push(item.request)
    else {
      const found = await readFragment(host, { path: item.path, tree, arch })
      if (found !== undefined) {
        asked.push(...parseFragment(found.text, { name: item.path }))
        isKunit ||= basename(found.path) === kunitConfig
      } else if (item.optional) host.log.info(`configuration ${item.path}: missing, left out (it is optional)`)
      else missing.push(item.path)
    }
  }
  if (missing.length > 0) {
    throw new UserError(
      'CONFIG_FILE_MISSING',
      `no such configuration file: ${missing.join(', ')} (looked in ${host.cwd}, the source tree, its kernel/configs and arch/${arch.sourceArch}/configs).`,
      {
        hint: `Check the path, or write ${missing[0]}? if it may be missing.`,
        verdict: 'config-fail',
        details: { missing },
      },
    )
  }
  if (isKunit) host.log.info(`${kunitConfig} names tests and no machine: presets ${kunitPresets.join(' and ')} are added`)
  const machine = isKunit ? kunitPresets.flatMap((name) => presetRequests(name, arch)) : []
  const forModules = moduleRequests(modules, { requests: asked, base })
  // `no` is about files that say otherwise, too.
  const [weak, strong] = modules === 'no' ? [[], forModules.requests] : [forModules.requests, []]
  const requests = [...alwaysRequests(arch), ...weak, ...machine, ...asked, ...strong]
  for (const { request, by } of overruledRequests(requests)) {
    host.log.info(
      `${request.symbol}: ${renderValue(by.value)} (${by.origin.where}) overrules ${renderValue(request.value)} (${request.origin.where})`,
    )
  }
  return { modules: forModules.modules, requests: mergeRequests(requests) }
}

/** From the working directory, else from the tree; a bare name where make looks for it. */
async function readFragment(
  host: Host,
  { path, tree, arch }: { readonly path: string; readonly tree: () => Promise<string>; readonly arch: Arch },
): Promise<FoundFragment | undefined> {
  const here = await readText(host, resolve(host.cwd, path))
  if (here !== undefined || isAbsolute(path)) return here
  const source = await tree()
  const places = path.includes('/') ? [path] : [path, `arch/${arch.sourceArch}/configs/${path}`, `kernel/configs/${path}`]
  for (const place of places) {
    const found = await readText(host, join(source, place))
    if (found !== undefined) return found
  }
  return undefined
}

/** A directory means the `.kunitconfig` in it, as for tools/testing/kunit/kunit.py: `--config lib/kunit`. */
async function readText(host: Host, path: string): Promise<FoundFragment | undefined> {
  try {
    return { path, text: await host.fs.readFile(path, 'utf8') }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EISDIR') return readText(host, join(path, kunitConfig))
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}
