export { chooseSuites, parseTargets } from './suites.ts'
export { wantedSymbols } from './wanted-symbols.ts'
export { guestPlace, guestScript, headersArgv, installArgv, isProgramLine, listedSuites } from './make.ts'
export { packageOf, programsOf, runnerPrograms } from './programs.ts'
