import { message, option } from '../message.ts'
import type { CodeEntry } from '../code-entry.ts'

/** Codes of the toolchain container: the engine, its images, what runs inside. */
export const toolchainCodes = {
  NO_ENGINE: {
    meaning: 'No Docker Engine answers; the message lists each place that was tried and what it said.',
    fix: message`Start one, set DOCKER_HOST, or use ${option('toolchain', 'host')}.`,
  },
  CONTAINER_MOUNT: {
    meaning:
      'A file or directory that a container needs does not exist, cannot be seen at the same path inside, or is not seen by the engine.',
    fix: message`Check the path that the message names; use ${option('toolchain', 'host')} when the engine is on another machine, which cannot see the files of this one.`,
  },
  CONTAINER_REFUSED: {
    meaning: 'The engine did not create or start a container, or did not answer; its message is shown.',
    fix: message`Fix what it names (limits, image, storage), try a container by hand (\`docker run\`), or use ${option('toolchain', 'host')}.`,
  },
  CONTAINER_LOST: {
    meaning: 'A container ended while a program ran in it: it was killed, memory ran out, or the engine stopped.',
    fix: 'Look at `docker events` and the log of the engine, and run the command again.',
  },
  CONTAINER_COPY: {
    meaning: 'A file could not be copied into or out of a container.',
    fix: 'Read what the program that copied printed; a full disk is the usual reason.',
  },
  ENGINE_DENIED: {
    meaning: "An engine's socket is there, but this user may not open it.",
    fix: 'Join the group that the hint names and log in again, or start a rootless engine.',
  },
  ENGINE_TOO_OLD: {
    meaning: 'An engine answers, but its API lacks calls that kernelkit uses.',
    fix: 'Install Docker 20.10 or Podman 4, or newer.',
  },
  ENGINE_LOST: {
    meaning: 'The engine stopped answering in the middle of the work.',
    fix: 'Look at its log (journalctl -u docker), then run the command again.',
  },
  TOOLCHAIN_BASE: {
    meaning: 'The base of the toolchain image is not known by digest, is not in the registry, or is not Debian-like.',
    fix: message`Name a Debian or Ubuntu image by digest (NAME@sha256:…), or use ${option('base', 'bootstrap')}.`,
  },
  TOOLCHAIN_PACKAGE: {
    meaning: 'The suite of the toolchain image has no package of that name, such as the version of the compiler that was asked for.',
    fix: message`Choose another compiler with ${option('compiler')}, or another suite with ${option('suite')}.`,
  },
  TOOLCHAIN_BUILD: {
    meaning: 'The engine could not build the toolchain image, for a reason that kernelkit does not recognise.',
    fix: message`Read the last lines in the message; ${option('verbose')} shows all of them.`,
  },
  REGISTRY_UNREACHABLE: {
    meaning: 'The engine could not reach the registry that the base comes from.',
    fix: message`Check the network and proxy of the engine, or use ${option('base', 'bootstrap')}, which needs no registry.`,
  },
  NOT_IN_CONTAINER: {
    meaning: 'An option needs something outside to reach a VM that would run inside a container.',
    fix: message`Leave the option out, or use ${option('toolchain', 'host')} with QEMU on this machine.`,
  },
} as const satisfies Readonly<Record<string, CodeEntry>>
