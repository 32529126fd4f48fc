// Symbols of the first file, then the lines of the second one that set none of them, then the first file.
const overlayProgram = `function symbol(line) { if (!match(line, /^(# )?CONFIG_[A-Za-z0-9_]+/)) return ""; line = substr(line, 1, RLENGTH); sub(/^# /, "", line); return line }
FILENAME == ARGV[1] { asked[symbol($0)]; fragment[++count] = $0; next }
{ name = symbol($0); if (name != "" && name in asked && substr($0, RLENGTH + 1, 1) ~ /[= ]/) next; print }
END { print ""; for (i = 1; i <= count; i++) print fragment[i] }`

/** Prints a `.config` with the lines of a fragment replaced or added: what olddefconfig then completes. */
export function overlayArgv({ base, fragment }: { readonly base: string; readonly fragment: string }): readonly string[] {
  return ['awk', overlayProgram, fragment, base]
}

/** Prints the files that exist, each with a line end of its own, as `make tinyconfig` merges them. */
export function joinArgv(files: readonly string[]): readonly string[] {
  return ['sh', '-c', 'for file; do if [ -f "$file" ]; then cat "$file"; echo; fi; done', 'sh', ...files]
}
