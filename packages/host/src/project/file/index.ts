export { beyondProject, giveConsent, reachingDocument, renderReaching } from './consent.ts'
export { openProjectFile, type OpenedProjectFile, type ProjectFileHost } from './open-project-file.ts'
export { readProjectOptions, type ProjectOptions, type ProjectQuery } from './read-project-options.ts'
