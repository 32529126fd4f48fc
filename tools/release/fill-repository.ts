/** The text of actions-repository.ts with the repository of a release, as `$GITHUB_REPOSITORY` has it. */
export function fillRepository(text: string, repository: string | undefined): string {
  if (repository === undefined || !/^[\w.-]+\/[\w.-]+$/.test(repository))
    throw new Error(`GITHUB_REPOSITORY is ${JSON.stringify(repository)}; it has to be OWNER/NAME.`)
  const filled = text.replace("'OWNER/kernelkit'", `'${repository}'`)
  if (filled === text && !text.includes(`'${repository}'`)) throw new Error('there is no OWNER/kernelkit to replace.')
  return filled
}
