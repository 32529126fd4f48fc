export { gdbCommands, type GdbTarget } from './commands.ts'
