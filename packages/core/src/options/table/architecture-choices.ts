import { architectures } from '../../arch/index.ts'

/** The names of the architecture rows, as help texts list them. */
export const architectureChoices = architectures.map(({ name }) => name).join(' or ')
