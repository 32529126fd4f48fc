import { resolve } from 'node:path'
import { expandFrame, locateFrames, repositoryPath, type CodePlace, type LocatedReport, type SourcePaths } from '@kernelkit/core/decode'
import { UserError, message, option } from '@kernelkit/core/errors'
import { decodeReport } from '@kernelkit/core/decode'
import { type KernelReport } from '@kernelkit/core/report'
import type { Host } from '../host.ts'
import { createOwnerLookup } from './owners.ts'
import { openModules, type OpenModules } from './open-modules.ts'
import { openVmlinux, type OpenVmlinux } from './open-vmlinux.ts'

export interface DecoderOptions {
  /** The vmlinux of the kernel that printed the reports; undefined: paths are mapped and nothing is decoded. */
  readonly vmlinux: string | undefined
  /** Directories with the modules of that kernel, unstripped: each `.ko` below them is found by its name. */
  readonly modules?: readonly string[] | undefined
  /** The option that names more of them. Default: modules. */
  readonly modulesOption?: 'modules' | 'module-files' | undefined
  /** Directory of the kernel tree: paths below it come out relative to it. */
  readonly source?: string | undefined
  /** Beginnings of paths as the build wrote them, and what replaces them in the repository. */
  readonly pathMaps?: SourcePaths['maps'] | undefined
  readonly signal?: AbortSignal | undefined
}

export interface Decoded {
  readonly reports: readonly KernelReport[]
  /** Why something has no lines, one of each code. */
  readonly problems: readonly UserError[]
  /** Path of the program that knew the lines; undefined when none was needed or there is none. */
  readonly symboliser: string | undefined
}

/** Gives reports their lines and inlined calls and blames again. A bad vmlinux is a problem in the answer, not a failure: reports are returned unchanged. */
export interface ReportDecoder extends AsyncDisposable {
  /** One call at a time. */
  decode(reports: readonly KernelReport[]): Promise<Decoded>
}

// A log of a gigabyte repeats itself; one that does not must not fill memory.
const maxKnown = 20_000

/** Opens the vmlinux once and keeps its symboliser, for reports that come one after the other. */
export function createReportDecoder(host: Host, options: DecoderOptions): ReportDecoder {
  const { signal } = options
  const known = new Map<bigint, readonly CodePlace[]>()
  const owners = createOwnerLookup(host, options.source === undefined ? undefined : resolve(host.cwd, options.source))
  const modules = openModules(host, { directories: (options.modules ?? []).map((path) => resolve(host.cwd, path)), signal })
  let opened: Promise<OpenVmlinux> | undefined
  const open = async (): Promise<OpenVmlinux> => {
    if (options.vmlinux === undefined) return {}
    return (opened ??= openVmlinux(host, { path: resolve(host.cwd, options.vmlinux), signal }))
  }
  const learn = async ({ symboliser }: OpenVmlinux, located: readonly LocatedReport[]): Promise<void> => {
    if (known.size > maxKnown) known.clear()
    const addresses = new Set(located.flatMap(({ frames }) => [...frames.values()].map(({ address }) => address)))
    const unknown = [...addresses].filter((address) => !known.has(address))
    const answers = (await symboliser?.ask(unknown)) ?? []
    for (const [index, places] of answers.entries()) {
      const address = unknown[index]
      if (address !== undefined) known.set(address, places)
    }
  }
  return {
    decode: async (reports) => {
      // Without reports too: a missing file is reported.
      const at = await open()
      const problems = at.problem === undefined ? [] : [at.problem]
      const located = reports.map((report) => locate(report, at))
      try {
        await learn(at, located)
      } catch (error) {
        if (!(error instanceof UserError)) throw error
        problems.push(error)
      }
      const others = located.some(({ otherBuild }) => otherBuild !== undefined)
      const inModules = await decodeModules(modules, others ? [] : reports, problems)
      const paths: SourcePaths = {
        maps: options.pathMaps ?? [],
        trees: [at.tree, ...modules.trees, options.source === undefined ? undefined : resolve(host.cwd, options.source)].filter(
          (tree) => tree !== undefined,
        ),
      }
      const decoded = reports.map((report, index) =>
        decodeReport(report, {
          expand: (frame) => {
            const places = inModules.get(frame)
            if (places !== undefined) return expandFrame(frame, places)
            const found = located[index]?.frames.get(frame)
            return found === undefined ? undefined : (expandFrame(found.frame, known.get(found.address) ?? []) ?? [found.frame])
          },
          path: (path) => repositoryPath(path, paths),
        }),
      )
      const owned = await Promise.all(
        decoded.map(async (report) => {
          const found = await owners.of(report.source)
          return found === undefined ? report : { ...report, owners: found }
        }),
      )
      if (at.vmlinux !== undefined) problems.push(...otherBuild(located, at.vmlinux.path))
      if (options.vmlinux !== undefined || options.modules !== undefined)
        problems.push(...undecodedModules(decoded, modules.obstacles, options.modulesOption))
      return { reports: owned, problems, symboliser: at.program }
    },
    [Symbol.asyncDispose]: async () => {
      // A failure to open was reported by the call that opened it.
      const left = await opened?.catch(() => undefined)
      await left?.symboliser?.[Symbol.asyncDispose]()
      await modules[Symbol.asyncDispose]()
    },
  }
}

/** Decodes reports that are all there, with a vmlinux of their kernel. */
export async function decodeReports(host: Host, options: DecoderOptions & { readonly reports: readonly KernelReport[] }): Promise<Decoded> {
  // Most runs have none: no vmlinux is read for them.
  if (options.reports.length === 0) return { reports: [], problems: [], symboliser: undefined }
  await using decoder = createReportDecoder(host, options)
  return await decoder.decode(options.reports)
}

function locate(report: KernelReport, { vmlinux }: OpenVmlinux): LocatedReport {
  return vmlinux === undefined ? { frames: new Map(), otherBuild: undefined } : locateFrames(report, vmlinux)
}

function otherBuild(located: readonly LocatedReport[], path: string): readonly UserError[] {
  const why = located.map((report) => report.otherBuild).find((reason) => reason !== undefined)
  if (why === undefined) return []
  return [
    new UserError('VMLINUX_OF_OTHER_BUILD', `${path} is of another build than the kernel that printed the log: ${why}.`, {
      hint: 'Name the vmlinux of the same build; lines of this one would be wrong and are left out.',
      details: { path },
    }),
  ]
}

/** A symboliser that fails is a problem, once; lines of other modules are known all the same. */
async function decodeModules(
  modules: OpenModules,
  reports: readonly KernelReport[],
  problems: UserError[],
): ReturnType<OpenModules['decode']> {
  try {
    return await modules.decode(reports)
  } catch (error) {
    if (!(error instanceof UserError)) throw error
    problems.push(error)
    return new Map()
  }
}

function undecodedModules(
  reports: readonly KernelReport[],
  obstacles: ReadonlyMap<string, string>,
  named: DecoderOptions['modulesOption'] = 'modules',
): readonly UserError[] {
  const names = [
    ...new Set(
      reports.flatMap(({ trace }) =>
        trace.flatMap((frame) => (frame.module === undefined || frame.source !== undefined ? [] : [frame.module])),
      ),
    ),
  ]
  if (names.length === 0) return []
  const shown = names.map((name) => (obstacles.has(name) ? `${name} (${obstacles.get(name) ?? ''})` : name))
  return [
    new UserError('MODULES_NOT_DECODED', `calls in loadable modules have no lines: ${shown.join(', ')}.`, {
      hint: message`Name a directory with the unstripped modules of this kernel with ${option(named, 'DIR')}, or build what you test into the kernel (=y).`,
      details: { modules: names },
    }),
  ]
}
