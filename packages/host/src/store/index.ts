export {
  artifactKinds,
  type ArtifactKind,
  type ObtainOptions,
  type RemoteRequest,
  type RemoteStore,
  type Store,
  type StoreEntry,
} from './store.ts'
export { defaultStoreRoot, isEntryLocked, notUnderDryRun, openStore, openStoreToLook } from './open-store.ts'
export { storeInSharedPlace } from './shared-place.ts'
export { storeProblem } from './check-store-root.ts'
export { labelOf, listStoreItems, removeStoreItem, type StoreItem } from './store-items.ts'
export { selectForPrune, type PruneChoice } from './select-for-prune.ts'
