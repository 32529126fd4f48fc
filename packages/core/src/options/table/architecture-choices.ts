import { archNames, listNames } from '../../arch/names.ts'

/** The names of the architecture rows, as help texts list them. */
export const architectureChoices = listNames(archNames)
