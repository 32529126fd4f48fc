export { openProjectFile, type OpenedProjectFile } from './open-project-file.ts'
export { readProjectOptions, type ProjectOptions, type ProjectQuery } from './read-project-options.ts'
