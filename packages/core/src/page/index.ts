export { readResultsPage, type NamedDocument } from './read-results.ts'
export type { CellKind, PageCell, PageFailure, PageFiles, PageReport, PageRow, PageRun, ResultsPage } from './page.ts'
