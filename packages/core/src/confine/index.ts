export { confinedArgv, confinementFailedMark, exportedRoot } from './confined-argv.ts'
export { homeCredentials, homesOf, systemCredentials } from './credentials.ts'
export {
  hiddenPaths,
  isWithin,
  layCovers,
  parseMountinfo,
  runtimeDirectories,
  type Confinement,
  type HostMount,
  type HostPath,
} from './hidden-paths.ts'
