export { confinedArgv, confinementFailedMark, isWithin, layCovers } from './confined-argv.ts'
export { homeCredentials, homesOf, systemCredentials } from './credentials.ts'
export {
  hiddenPaths,
  parseMountinfo,
  runtimeDirectories,
  type Confinement,
  type HostMount,
  type HostPath,
  type LaterMounts,
  type Veil,
  type Veils,
} from './hidden-paths.ts'
