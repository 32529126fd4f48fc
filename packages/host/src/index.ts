export type { Host, HostFiles, RunOptions, RunResult, TempDir } from './host.ts'
export { silentLogger, type Logger, type Task } from './logger.ts'
export { nodeHost, type NodeHostOptions } from './node-host.ts'
export type { ArtifactKind, ObtainOptions, Store, StoreEntry } from './store.ts'
