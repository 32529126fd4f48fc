import { message, option } from '../message.ts'
import type { CodeEntry } from '../code-entry.ts'

/** Codes of the image side. */
export const imageCodes = {
  UNKNOWN_SUITE: {
    meaning: 'The mirror has no such suite, or the suite lacks the architecture.',
    fix: message`Correct ${option('suite')}, or name a mirror that has it with ${option('mirror')}.`,
  },
  MIRROR_UNREACHABLE: {
    meaning: 'The package mirror does not answer, or packages could not be fetched from it.',
    fix: message`Check the network and proxy settings, or name another mirror with ${option('mirror')}.`,
  },
  MIRROR_NOT_TRUSTED: {
    meaning: "The mirror's Release file is not signed by a key that this host trusts.",
    fix: 'Install the keyring package of that distribution.',
  },
  NO_MIRROR: {
    meaning: 'Neither apt nor the bootstrap tool of this host has a mirror for the suite.',
    fix: message`Name one with ${option('mirror', 'URL')}.`,
  },
  PACKAGE_NOT_FOUND: {
    meaning: 'A package asked for with --include does not exist in the suite.',
    fix: message`Correct the name, or choose another suite with ${option('suite')}.`,
  },
  IMAGE_TOO_SMALL: {
    meaning: 'The root file system does not fit in the size asked for.',
    fix: message`Give it more room with ${option('size')}; the file is sparse, so that room costs nothing.`,
  },
  BAD_SSH_KEY: {
    meaning: 'The file given as --ssh-key is missing, is not an OpenSSH public key, or is a private key.',
    fix: 'Give the .pub file, such as ~/.ssh/id_ed25519.pub.',
  },
  IMAGE_INPUT_MISSING: {
    meaning: 'A script or directory given to bake does not exist or is of the wrong kind.',
    fix: message`Correct the path in ${option('customize')} or ${option('overlay')}.`,
  },
  CUSTOMIZE_FAILED: {
    meaning: 'A --customize script failed inside the root file system.',
    fix: 'Read its last lines in the message; it runs as root, chrooted, with /bin/sh unless it has a #! line.',
  },
  BOOTSTRAP_FAILED: {
    meaning: 'mmdebstrap or debootstrap failed for a reason that kernelkit does not recognise.',
    fix: message`Read its last lines in the message; ${option('verbose')} shows all of them.`,
  },
  NO_BAKE_RIGHTS: {
    meaning: 'Neither root, nor user namespaces, nor `sudo -n` can be used to make files of several owners.',
    fix: 'Install mmdebstrap and uidmap and get a range in /etc/subuid and /etc/subgid, or run as root.',
  },
  INITRD_SOURCE: {
    meaning: 'The source of an initramfs is missing, of a kind that cannot be packed, or has no /init.',
    fix: 'Give a directory with an executable /init, a static executable, or a C file.',
  },
  INITRD_NOT_STATIC: {
    meaning: 'The executable needs a dynamic loader or libraries, which an initramfs of one file does not have.',
    fix: 'Link it with -static, or give a directory that holds /init with its loader and libraries.',
  },
  INITRD_WRONG_ARCH: {
    meaning: 'The executable is not for the architecture of the guest.',
    fix: message`Name the matching architecture with ${option('arch')}, or compile it for that architecture.`,
  },
  INITRD_COMPILE: {
    meaning: 'The C file does not compile or link statically.',
    fix: 'Read the compiler output in the message; a missing static libc for the architecture is named in the hint.',
  },
} as const satisfies Record<string, CodeEntry>
