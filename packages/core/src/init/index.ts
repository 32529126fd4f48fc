export { chooseProject, type InitProject, type ProjectKind } from './choose-project.ts'
export { renderInitFiles, type CiName, type InitFile } from './render-files.ts'
export { wantedTexts, type DirectoryFacts } from './directory-facts.ts'
