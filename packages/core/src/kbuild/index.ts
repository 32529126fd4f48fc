export { isMakeWord, parseMakeWords, type MakeWords } from './make-words.ts'
export { ccacheEnvironment, makeArgv, makeEnvironment, makeVariables, type MakeOptions } from './make-args.ts'
export {
  estimateObjects,
  isObjectLine,
  parseDiagnostic,
  parseMakeFailure,
  renderDiagnostic,
  type Diagnostic,
  type OutputPaths,
} from './compile-output.ts'
