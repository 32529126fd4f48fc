export { createGdbFilter, GdbFilterError } from './filter.ts'
export { gdbCommands, type GdbTarget } from './commands.ts'
