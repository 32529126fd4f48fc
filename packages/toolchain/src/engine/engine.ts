import type Docker from 'dockerode'

/** A Docker Engine (or one that speaks its API) that answered. */
export interface Engine {
  readonly docker: Docker
  /** Where it was found, as a user would write it: `unix:///var/run/docker.sock`. */
  readonly address: string
  readonly version: string
  readonly apiVersion: string
  /** Its root is the caller: a container's root writes files that belong to the caller. */
  readonly rootless: boolean
  /** `process.arch` of the engine's machine, which need not be ours. */
  readonly nodeArch: string
}
