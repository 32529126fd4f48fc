/** Where the Actions are. The release writes its own repository here (tools/fill-repository.ts); in a checkout it is a placeholder, as in the docs. */
export const actionsRepository: string = 'OWNER/kernelkit'
