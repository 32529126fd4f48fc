/** What a changelog says about one version; throws when it says nothing. */
export function releaseNotes(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1)
  const section = sections.find((text) => text.split('\n', 1)[0]?.trim() === version)
  if (section === undefined) throw new Error(`the changelog has no section ${version}`)
  const lines = section.split('\n').slice(1)
  // Packages have one version: what they depend on is not news.
  const news = lines.filter((line) => !/^- Updated dependencies\b|^ {2}- @kernelkit\//.test(line))
  return news.join('\n').trim()
}
