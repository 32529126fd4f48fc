/** What of a directory decides how its tests run: names, and the texts that are asked for. All of it is data of a checkout. */
export interface DirectoryFacts {
  /** Paths relative to the directory, three levels deep, without those of git and of what was built. */
  readonly files: readonly string[]
  /** Those of the files that can be executed. */
  readonly executable: readonly string[]
  /** Texts of the files that `wantedTexts` chooses. */
  readonly texts: Readonly<Record<string, string>>
}

const wantedNames: ReadonlySet<string> = new Set([
  'Makefile',
  'GNUmakefile',
  'Kbuild',
  'pyproject.toml',
  'setup.cfg',
  'tox.ini',
  'meson.build',
])
const pythonTest = /(?:^|\/)(?:test_[^/]*|[^/]*_test)\.py$/
// The first ones show whether they are for pytest or for unittest.
const mostPythonTests = 50

export function isPythonTest(path: string): boolean {
  return pythonTest.test(path)
}

/** Files whose text says what kind of project it is. */
export function wantedTexts(files: readonly string[]): readonly string[] {
  return [...files.filter((path) => wantedNames.has(path)), ...files.filter(isPythonTest).slice(0, mostPythonTests)]
}
