/** What of a directory decides how its tests run: names, and the texts that are asked for. All of it is data of a checkout. */
export interface DirectoryFacts {
  /** Paths relative to the directory, three levels deep, without those of git and of what was built. */
  readonly files: readonly string[]
  /** Those of the files that can be executed. */
  readonly executable: readonly string[]
  /** Texts of the files of `wantedTexts` that are there. */
  readonly texts: Readonly<Record<string, string>>
}

/** Files whose text says what kind of project it is. */
export const wantedTexts: readonly string[] = ['Makefile', 'GNUmakefile', 'Kbuild', 'pyproject.toml', 'setup.cfg', 'tox.ini', 'meson.build']
