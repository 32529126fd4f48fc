import { scriptWords, type ScriptPlace } from '../guest/script-command.ts'

/** The runner's files of a step, by their names in the guest. */
export const stepFiles = {
  output: 'GITHUB_OUTPUT',
  env: 'GITHUB_ENV',
  path: 'GITHUB_PATH',
  summary: 'GITHUB_STEP_SUMMARY',
} as const

export type StepFile = keyof typeof stepFiles
export const stepFileNames = Object.keys(stepFiles) as readonly StepFile[]

/** What the runner takes of a summary (https://docs.github.com/actions, job summaries); an output and a variable are smaller. */
export const largestFileBytes = 2 ** 20

// Two shells: the first makes the place, the second runs in it. Mounts of a step are for the steps after it, as before: they propagate.
const launcher = `
directory=\${1%/*} inner=$2 place=shared
(umask 077; mkdir -p "$directory") || exit 125
if mount --make-rshared / 2>/dev/null && unshare --mount --propagation unchanged true 2>/dev/null; then
  exec unshare --mount --propagation unchanged /bin/sh -c "$inner" kernelkit private "$@"
fi
exec /bin/sh -c "$inner" kernelkit shared "$@"
`.trim()

// The files are in memory that only this shell and what it starts see; a process of an earlier step sees an empty directory.
// The mark comes on stdin, before the script: no argument and no environment holds it. The holder keeps the place until it is collected.
const inner = `
place=$1 file=$2 names=$4 path=$5; shift 5
directory=\${file%/*} own=$PATH holder=-
if [ $place = private ]; then
  mount --bind "$directory" "$directory" && mount --make-private "$directory" && mount -t tmpfs -o mode=0700 none "$directory" || exit 125
fi
IFS= read -r mark || exit 125
(umask 077; cat >"$file" && for name in $names; do : >"$directory/$name" || exit; done) || exit 125
PATH=$path$PATH
if [ $# = 0 ]; then
  if command -v bash >/dev/null 2>&1; then set -- bash --noprofile --norc -eo pipefail "$file"; else set -- sh -e "$file"; fi
fi
"$@" </dev/null
status=$? PATH=$own
if [ $place = private ]; then
  sleep 2147483647 </dev/null >/dev/null 2>&1 &
  holder=$!
fi
printf '%s %s\\n' "$mark" "$holder"
exit $status
`.trim()

/** Command of the guest that takes a mark and a script on stdin, runs it with the files of a step, and prints the mark with who holds them. */
export function stepCommand({ directory, shell, path = [] }: ScriptPlace): readonly string[] {
  const file = `${directory}/script`
  const search = path.map((one) => `${one}:`).join('')
  return ['/bin/sh', '-c', launcher, 'kernelkit', file, inner, stepFileNames.join(' '), search, ...scriptWords(shell, file)]
}

// A byte that no text holds, after each file; then nothing of the step is left in the guest.
const collector = `
directory=$1 holder=$2 most=$3
shift 3
if [ "$holder" = - ]; then cd "$directory"; else cd "/proc/$holder/root$directory"; fi || exit
for name; do head -c "$most" "$name" && printf '\\000' || exit; done
cd /
if [ "$holder" != - ]; then kill "$holder"; umount "$directory"; fi
rm -rf "$directory"
`.trim()

/** Command of the guest that prints a step's files and removes its directory; `holder` is what {@link stepCommand} printed. */
export function collectCommand(directory: string, holder: string): readonly string[] {
  return ['/bin/sh', '-c', collector, 'kernelkit', directory, holder, String(largestFileBytes + 1), ...stepFileNames]
}

/** What {@link collectCommand} printed; `undefined` when it is not that. */
export function splitFiles(text: string): Readonly<Record<StepFile, string>> | undefined {
  const [output, env, path, summary, rest, ...more] = text.split('\0')
  if (output === undefined || env === undefined || path === undefined || summary === undefined || rest !== '' || more.length > 0)
    return undefined
  return { output, env, path, summary }
}
