import type { NotStarted, RootLack } from '../agent/messages.ts'
import { command, message, option, type Message } from '../errors/index.ts'

/** What to do about a root that lacks what was asked for. */
export const hintOfRoot: Readonly<Record<RootLack, Message>> = {
  'ssh-server': message`Install an ssh server in the root (${command('kernelkit bake', { action: 'the bake-image action' })} makes an image with one), or leave ${option('ssh')} out and use ${command('kernelkit exec')}.`,
  init: message`Check the path of ${option('init')}, or leave it out: without it a command runs in any root.`,
  directory: message`Check ${option('root')} and ${option('image')}.`,
  'mount-point': message`Check the place of ${option('share')}: a directory of the root, or one that can be made there.`,
}

/** Why a command was not started, as the end of a sentence. */
export const whyNotStarted: Readonly<Record<NotStarted, string>> = {
  'not-in-path': 'the guest has no such program in PATH',
  'no-such-file': 'the guest has no such file',
  'no-interpreter': 'the guest lacks its interpreter or loader',
  'not-executable': 'its file cannot be executed',
  'no-directory': 'the guest has no such working directory',
  'no-user': 'the guest has no such user',
}

/** The same for a root without a distribution, where a program that was not given cannot be. */
export const hintOfBareRoot: Message = message`${option('root', 'none')} has the commands of busybox, or what is in ${option('initrd')}, and no program of a distribution: name a static program in a directory that is shared (${option('share')}), or take another root, such as ${option('root', 'host')}.`

/** What to do about it. */
export const hintOfStart: Readonly<Record<NotStarted, Message>> = {
  'not-in-path': 'Check the name of the program: the guest has none of that name in PATH.',
  'no-such-file': message`Check the path, as the guest sees it from its working directory (${option('cwd')}): of this host it has only what was shared when the VM started (${option('share')}).`,
  'no-interpreter':
    'Install in the root what the program names in its first line (`head -n 1 FILE`) or as its loader (`file FILE`), or link it statically.',
  'not-executable': "Make it executable (`chmod +x`), or name a program for the guest's architecture.",
  'no-directory': message`Check ${option('cwd')}, a directory of the guest: of this host it has only what was shared when the VM started (${option('share')}).`,
  'no-user': message`Check ${option('user')}: a name in the /etc/passwd of the root, or a number, which needs no line there.`,
}

/** Signals that end QEMU at a limit of the session that started it (setrlimit(2)). */
const sessionLimits: Readonly<Record<string, string>> = {
  SIGXFSZ: 'a file that it wrote was larger than `ulimit -f` allows',
  SIGXCPU: 'it used more CPU time than `ulimit -t` allows',
}

/** The limit that such a signal means, as a clause; `undefined` for any other. */
export function sessionLimit(signal: string): string | undefined {
  return sessionLimits[signal]
}

export const hintOfLimit = 'Raise that limit in the shell or the service that starts it, with `ulimit` or its settings.'
