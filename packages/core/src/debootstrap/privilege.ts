import { UserError } from '../errors/index.ts'
import type { BootstrapTool } from './bootstrap-argv.ts'

/** How the steps that need root's rights over the tree run. */
export type Privilege = 'root' | 'user-namespace' | 'sudo'

/** What the host has, or the reason why it does not work. */
export interface BakeHostFacts {
  readonly uid: number
  /** Version, `undefined` when not installed. */
  readonly mmdebstrap: string | undefined
  readonly debootstrap: string | undefined
  readonly userNamespaces: 'works' | { readonly reason: string }
  /** What root would run to make user namespaces work, where that is known. */
  readonly remedy?: string | undefined
  readonly sudo: 'works' | { readonly reason: string }
}

export interface BakeTools {
  readonly tool: BootstrapTool
  readonly toolVersion: string
  readonly privilege: Privilege
  /** /proc cannot be mounted in the tree: programs of packages and scripts that look there may produce other files. */
  readonly withoutProc?: true
  /** Why this and not the others, one line each for the log. */
  readonly why: readonly string[]
}

/** Which bootstrap tool and whose rights: root, else user namespaces, else sudo. */
export function chooseBakeTools(facts: BakeHostFacts): BakeTools {
  const tool = chooseTool(facts)
  if (facts.uid === 0) return { ...tool, privilege: 'root', why: [...tool.why, 'rights: root, as the caller is'] }
  const namespaces = tool.tool === 'debootstrap' ? { reason: 'debootstrap cannot work in a user namespace' } : facts.userNamespaces
  if (namespaces === 'works')
    return {
      ...tool,
      privilege: 'user-namespace',
      why: [...tool.why, 'rights: a user namespace (mmdebstrap --unshare-helper); no root, no sudo'],
    }
  if (facts.sudo === 'works')
    return { ...tool, privilege: 'sudo', why: [...tool.why, `rights: sudo -n; not a user namespace: ${namespaces.reason}`] }
  throw new UserError(
    'NO_BAKE_RIGHTS',
    `a root file system needs files of several owners, and uid ${facts.uid} has no way to make them: root: you are not; user namespace: ${namespaces.reason}; sudo -n: ${facts.sudo.reason}.`,
    {
      hint:
        facts.mmdebstrap === undefined
          ? 'Run `apt-get install mmdebstrap uidmap`, then try again.'
          : facts.remedy === undefined
            ? 'Let this user make user namespaces, as the reason says, or run as root.'
            : `Run as root: \`${facts.remedy}\`; then try again. Or bake as root.`,
      details: { userNamespaces: namespaces.reason, sudo: facts.sudo.reason },
    },
  )
}

/** The same inside a toolchain container, whose root may do what its default capabilities allow: no mount, but files of any owner. */
export function chooseContainerTools({ mmdebstrap, debootstrap }: Pick<BakeHostFacts, 'mmdebstrap' | 'debootstrap'>): BakeTools {
  const { why, ...tool } = chooseTool({ mmdebstrap, debootstrap })
  return {
    ...tool,
    privilege: 'root',
    withoutProc: true,
    why: [
      ...why.map((line) => `${line}, in the container`),
      'rights: root of the container, without more capabilities; nothing of yours is mounted',
    ],
  }
}

function chooseTool({
  mmdebstrap,
  debootstrap,
}: Pick<BakeHostFacts, 'mmdebstrap' | 'debootstrap'>): Pick<BakeTools, 'tool' | 'toolVersion' | 'why'> {
  if (mmdebstrap !== undefined)
    return {
      tool: 'mmdebstrap',
      toolVersion: mmdebstrap,
      why: [`bootstrap: mmdebstrap ${mmdebstrap} (half the time of debootstrap, reproducible)`],
    }
  if (debootstrap !== undefined)
    return {
      tool: 'debootstrap',
      toolVersion: debootstrap,
      why: [`bootstrap: debootstrap ${debootstrap}, because mmdebstrap is not installed`],
    }
  throw new UserError(
    'HOST_LACKS',
    'neither mmdebstrap nor debootstrap is installed; one of them must fetch and unpack the packages of an image.',
    {
      hint: 'Run `apt-get install mmdebstrap uidmap`.',
      details: { packages: ['mmdebstrap', 'uidmap'] },
    },
  )
}
