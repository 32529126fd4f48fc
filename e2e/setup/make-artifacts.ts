import makeArtifacts from './vm-artifacts.ts'

// Of `npm test`: kernel and image are in the test store before the tests that use them begin, some of them at the same time.
await makeArtifacts()
