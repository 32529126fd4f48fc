import { architectureChoices, defaultSuites } from '../../arch/names.ts'
import type { OptionRows } from './option-row.ts'

const bake = ['bake'] as const

/** Options of `bake`, the inputs of `bake-image` and `image:` in kernelkit.yaml. */
export const imageRows = {
  suite: {
    kind: 'text',
    short: 's',
    value: 'name',
    help: 'suite, such as bookworm, trixie or sid',
    otherwise: defaultSuites,
    commands: bake,
  },
  arch: {
    kind: 'text',
    short: 'a',
    value: 'name',
    help: `architecture of the guest: ${architectureChoices}`,
    otherwise: 'that of this machine',
    commands: bake,
  },
  include: {
    kind: 'list',
    value: 'packages',
    help: 'more packages, separated by commas',
    otherwise: 'none',
    commands: bake,
    action: { words: true },
  },
  mirror: {
    kind: 'text',
    value: 'url',
    help: 'where packages come from',
    otherwise: "apt's mirror when it serves the suite, else the suite's own",
    commands: bake,
  },
  size: { kind: 'text', value: 'size', help: 'apparent size of the sparse image', default: '4G', commands: bake },
  'ssh-key': {
    kind: 'list',
    value: 'file',
    help: 'public key that root accepts',
    otherwise: 'none, each VM gets its own',
    commands: bake,
    path: 'whole',
    action: { help: 'public keys that root accepts: files, or the keys themselves, one a line; private keys are refused' },
  },
  refresh: {
    kind: 'text',
    value: 'rhythm',
    choices: ['weekly', 'daily', 'never'],
    default: 'weekly',
    help: 'how often the suite is checked for a new state; a new state with other packages is a new image',
    commands: bake,
  },
  customize: {
    kind: 'list',
    value: 'script',
    help: 'script that runs inside the root file system as root',
    otherwise: 'none',
    commands: bake,
    path: 'whole',
  },
  overlay: {
    kind: 'list',
    value: 'dir',
    help: 'directory that is copied over the root file system, owned by root',
    otherwise: 'none',
    commands: bake,
    path: 'whole',
  },
  'no-trim': { kind: 'flag', help: 'keep the services that a short-lived guest does not need', commands: bake },
  force: { kind: 'flag', help: 'bake although the store has this image', commands: bake },
  out: {
    kind: 'text',
    short: 'o',
    value: 'path',
    help: 'file or directory that gets a copy of the image',
    otherwise: 'none',
    commands: bake,
    path: 'whole',
  },
} as const satisfies OptionRows
