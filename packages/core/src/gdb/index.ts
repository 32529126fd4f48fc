export { createGdbFilter, GdbFilterError } from './filter.ts'
export { gdbCommands, type GdbTarget } from './commands.ts'
export { editorConfig, editorSetup } from './editor-config.ts'
