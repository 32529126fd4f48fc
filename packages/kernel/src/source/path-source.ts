import { join, resolve } from 'node:path'
import type { Arch } from '@kernelkit/core/arch'
import { UserError, message, option } from '@kernelkit/core/errors'
import { hintForTarget, treeGit, treeGitEnvironment } from '@kernelkit/core/kbuild'
import { runSteps, type Host, type Store, specialCharacter } from '@kernelkit/host'
import { checkKernelTree, findInPlaceBuild, readKernelVersion } from './kernel-tree.ts'
import type { PreparedSource } from './prepared-source.ts'
import { linkTree, privateViewSteps, updatePrivateView } from './private-view.ts'
import { readTreeContent, type TreeContent } from './tree-content.ts'

export interface SourceContext {
  readonly host: Host
  readonly store: Store
  readonly arch: Arch
  readonly signal?: AbortSignal | undefined
}

/** A tree of the user: keyed by its current content, and never written unless `inTree`. */
export async function preparePathSource(
  context: SourceContext,
  options: { readonly path: string; readonly inTree: boolean },
): Promise<PreparedSource> {
  const { host, store, signal } = context
  const named = resolve(host.cwd, options.path)
  const tree = await host.fs.realpath(named).catch((cause: unknown) => {
    throw new UserError('NO_SUCH_SOURCE', `the kernel source ${named} does not exist.`, {
      hint: hintForTarget(options.path) ?? 'Name a tree, git+URL#REF, a tarball, or deb:linux-source-6.12.',
      cause,
    })
  })
  const label = options.path === '.' ? `the working directory ${tree}` : options.path
  await checkKernelTree(host, tree, { label, hint: hintForTarget(options.path) })
  if (options.inTree) {
    await host.fs.access(tree, host.fs.constants.W_OK).catch((cause: unknown) => {
      throw new UserError('ACCESS_DENIED', message`${option('in-tree')} builds inside ${tree}, which is not writable.`, {
        hint: message`Leave ${option('in-tree')} out: the tree is then only read.`,
        cause,
      })
    })
  }
  const identity = `tree-${host.sha256(tree).slice(0, 16)}`
  const cache = await store.workDirectory('trees', identity)
  const content =
    store.readOnly === true
      ? await readUnwritten(context, { tree, cache })
      : await store.withLock(`tree-${identity}`, () => readTreeContent(host, { tree, cache, signal }), {
          waitingFor: `another run that reads ${tree}`,
          signal,
        })
  const view = { tree, content, directory: cache, signal }
  const reason = options.inTree ? undefined : await directBuildBlocker(host, tree, context.arch)
  return {
    label: tree,
    identity,
    content: content.digest,
    localVersion: await localVersionOf(host, tree, content),
    userTree: tree,
    inTree: options.inTree,
    plannedTree: reason === undefined ? tree : join(cache, 'tree'),
    exclusive: reason === undefined ? undefined : `view-${identity}`,
    steps: async () => (reason === undefined ? [] : privateViewSteps(host, view)),
    treeToConfigure: async (scratch) =>
      (await directBuildBlocker(host, tree, context.arch)) === undefined ? tree : linkTree(host, { ...view, directory: scratch }),
    tree: async () => {
      if (reason === undefined) return tree
      host.log.info(`building from a private view of ${tree}: ${reason} (--in-tree builds inside)`)
      await runSteps(host, await privateViewSteps(host, view), { signal, perform: () => updatePrivateView(host, view) })
      return join(cache, 'tree')
    },
  }
}

/** Under --dry-run: with a copy of the last run's index, so that nothing in the store changes. */
async function readUnwritten(
  { host, signal }: SourceContext,
  { tree, cache }: { readonly tree: string; readonly cache: string },
): Promise<TreeContent> {
  await using scratch = await host.tempDir()
  const known = await host.fs.stat(join(cache, 'index')).catch(() => undefined)
  if (known !== undefined) {
    const copy = join(scratch.path, 'index')
    await host.fs.copyFile(join(cache, 'index'), copy)
    // git does not trust files that are as new as its index: the copy must not look newer than it is.
    await host.fs.utimes(copy, Math.floor(known.mtimeMs / 1000), Math.floor(known.mtimeMs / 1000))
  }
  return await readTreeContent(host, { tree, cache: scratch.path, signal })
}

async function directBuildBlocker(host: Host, tree: string, arch: Arch): Promise<string | undefined> {
  const product = await findInPlaceBuild(host, tree, arch.sourceArch)
  if (product !== undefined) return `it was built in place (${product}), and kbuild refuses O= then`
  // The kernel's Makefile: "source directory cannot contain spaces or colons"; make reads others as its own.
  const character = specialCharacter(tree)
  return character === undefined ? undefined : `its path has ${character}, which kbuild cannot take`
}

/** `+` unless HEAD is the tag of this very version and nothing differs from it, as scripts/setlocalversion says; nothing outside git. */
async function localVersionOf(host: Host, tree: string, content: TreeContent): Promise<string> {
  const git = (...words: readonly string[]) => host.run([...treeGit, ...words], { cwd: tree, env: treeGitEnvironment, reject: false })
  const top = await git('rev-parse', '--show-cdup')
  if (top.exitCode !== 0 || top.stdout.trim() !== '') return ''
  const version = (await readKernelVersion(host, tree)).replace(/^(\d+\.\d+)\.0(?=$|-)/, '$1')
  const tag = await git('describe', '--exact-match', '--match', `v${version}`)
  if (tag.exitCode !== 0) return '+'
  // Not `git status`, which starts the filters that the repository's configuration names.
  const staged = await git('diff-index', '--cached', '--quiet', '--no-ext-diff', 'HEAD')
  if (staged.exitCode !== 0) return '+'
  return isChanged((await git('ls-tree', '-rz', 'HEAD')).stdout, content) ? '+' : ''
}

/** Whether a file of a commit, as `git ls-tree -z` lists it (`mode SP type SP object TAB path`), is another one in the tree. */
function isChanged(listed: string, { entries }: TreeContent): boolean {
  return listed.split('\0').some((line) => {
    const [words = '', path] = line.split('\t', 2)
    const [mode, type, object] = words.split(' ')
    return path !== undefined && type === 'blob' && entries.get(path) !== `${mode} ${object} 0`
  })
}
