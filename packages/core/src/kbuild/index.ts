export { treeGit, treeGitEnvironment } from './tree-git.ts'
export { hintForTarget } from './make-target.ts'
export { isMakeWord, parseMakeWords, type MakeWords } from './make-words.ts'
export { makeArgv, type MakeOptions } from './make-args.ts'
export { compileEnvironment } from './make-environment.ts'
export {
  estimateObjects,
  isObjectLine,
  parseDiagnostic,
  parseMakeFailure,
  renderDiagnostic,
  type Diagnostic,
  type OutputPaths,
} from './compile-output.ts'
export { renderTypeSource, typeTableScript } from './type-table.ts'
export { parseCompileCommand, type CompileCommand } from './compile-command.ts'
