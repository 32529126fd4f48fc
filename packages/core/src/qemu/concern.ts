import { machines } from '../arch/index.ts'
import type { QemuLaunch } from './launch.ts'

/** Words of the QEMU command line. */
export type Argv = readonly string[]

/** The ending of virtio devices on a machine. */
export function virtioBus(launch: Pick<QemuLaunch, 'machine'>): 'device' | 'pci' {
  return machines[launch.machine].virtioBus
}

/** A value inside a comma-separated option: a comma is written twice (qemu(1), "-drive"). */
export function optionValue(value: string): string {
  return value.replaceAll(',', ',,')
}

/** Directory and name with one slash between them. */
export function join(directory: string, name: string): string {
  return directory.endsWith('/') ? `${directory}${name}` : `${directory}/${name}`
}
