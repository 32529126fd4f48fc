/** For the command; anything here may change with any version. */
export { outcomeSuites } from '../../session/work/outcome-junit.ts'
