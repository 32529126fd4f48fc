export { junitSuites, type JunitCase, type JunitOutcome, type JunitSuite } from './junit.ts'
export { prepareJunit, renderJunit } from './render-junit.ts'
