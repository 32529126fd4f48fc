export { findProject, findProjectFile, readProject, recordProject, type ProjectKey, type ProjectRecord } from './project.ts'
