export { bootId, isCertainlyGone, ownIdentity, parseIdentity, type ProcessIdentity } from './process-identity.ts'
export { namedVariable } from './lossy-variables.ts'
export { rootRemedy, sudoWords } from './root-command.ts'
export { explainSystemError, explaining, lastLines, readLastLines, refuseFullDisk } from './system-error.ts'
