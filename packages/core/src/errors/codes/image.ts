import type { CodeEntry } from '../code-entry.ts'

/** Codes of the image side. */
export const imageCodes = {
  UNKNOWN_SUITE: {
    meaning: 'The mirror has no such suite, or the suite lacks the architecture.',
    fix: 'Correct --suite, or name a mirror that has it with --mirror.',
  },
  MIRROR_UNREACHABLE: {
    meaning: 'The package mirror does not answer, or packages could not be fetched from it.',
    fix: 'Check the network and proxy settings, or name another mirror with --mirror.',
  },
  MIRROR_NOT_TRUSTED: {
    meaning: "The mirror's Release file is not signed by a key that this host trusts.",
    fix: 'Install the keyring package of that distribution.',
  },
  NO_MIRROR: {
    meaning: 'Neither apt nor the bootstrap tool of this host knows a mirror for the suite.',
    fix: 'Name one with --mirror URL.',
  },
  PACKAGE_NOT_FOUND: {
    meaning: 'A package asked for with --include does not exist in the suite.',
    fix: 'Correct the name, or choose another --suite.',
  },
  IMAGE_TOO_SMALL: {
    meaning: 'The root file system does not fit in the size asked for.',
    fix: 'Give a larger --size; the file is sparse, so a generous size costs nothing.',
  },
  BAD_SSH_KEY: {
    meaning: 'The file given as --ssh-key is missing, is no OpenSSH public key, or is a private key.',
    fix: 'Give the .pub file, such as ~/.ssh/id_ed25519.pub.',
  },
  IMAGE_INPUT_MISSING: {
    meaning: 'A script or folder given to bake does not exist or is of the wrong kind.',
    fix: 'Correct the path in --customize or --overlay.',
  },
  CUSTOMIZE_FAILED: {
    meaning: 'A --customize script ended with a failure inside the root file system.',
    fix: 'Read its last lines in the message; it runs as root, chrooted, with /bin/sh unless it has a #! line.',
  },
  BOOTSTRAP_FAILED: {
    meaning: 'mmdebstrap or debootstrap failed for a reason that kernelkit does not know.',
    fix: 'Read its last lines in the message; --verbose shows all of them.',
  },
  NO_BAKE_RIGHTS: {
    meaning: 'Neither root, nor user namespaces, nor `sudo -n` can be used to make files of several owners.',
    fix: 'Install mmdebstrap and uidmap and get a range in /etc/subuid and /etc/subgid, or run as root.',
  },
  INITRD_SOURCE: {
    meaning: 'The source of an initramfs is missing, of a kind that cannot be packed, or has no /init.',
    fix: 'Give a folder with an executable /init, a static executable, or a C file.',
  },
  INITRD_NOT_STATIC: {
    meaning: 'The executable needs a dynamic loader or libraries, which an initramfs of one file does not have.',
    fix: 'Link it with -static, or give a folder that holds /init with its loader and libraries.',
  },
  INITRD_WRONG_ARCH: {
    meaning: 'The executable is not for the architecture of the guest.',
    fix: 'Give the matching --arch, or compile it for that architecture.',
  },
  INITRD_COMPILE: {
    meaning: 'The C file does not compile or link statically.',
    fix: 'Read the compiler output in the message; a missing static libc for the architecture is named in the hint.',
  },
} as const satisfies Record<string, CodeEntry>
