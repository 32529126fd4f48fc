/** Absolute paths in the words of a command, also inside `--option=/tmp/file` and the line of a shell; each once, in their order. */
export function hostPathsIn(argv: readonly string[]): readonly string[] {
  return [...new Set(argv.flatMap((word) => word.match(/(?<![^\s"'=:;&|<>(])\/[^\s"'=:;&|<>()]+/g) ?? []))]
}
