export { openHistory, type History } from './history.ts'
