/** The runner's files of a step, by their names in the guest: what is added there is added here. */
export const stepFiles = {
  output: 'GITHUB_OUTPUT',
  env: 'GITHUB_ENV',
  path: 'GITHUB_PATH',
  summary: 'GITHUB_STEP_SUMMARY',
} as const

export type StepFile = keyof typeof stepFiles
export const stepFileNames = Object.keys(stepFiles) as readonly StepFile[]

// A byte that no text holds, after each file; then nothing of the step is left in the guest.
const collector = `
cd "$1" || exit
shift
for name; do cat "$name" && printf '\\000' || exit; done
cd / && rm -rf "$OLDPWD"
`.trim()

/** Command of the guest that prints a step's files and removes its directory. */
export function collectCommand(directory: string): readonly string[] {
  return ['/bin/sh', '-c', collector, 'kernelkit', directory, ...stepFileNames]
}

/** What {@link collectCommand} printed; `undefined` when it is not that. */
export function splitFiles(text: string): Readonly<Record<StepFile, string>> | undefined {
  const [output, env, path, summary, rest, ...more] = text.split('\0')
  if (output === undefined || env === undefined || path === undefined || summary === undefined || rest !== '' || more.length > 0)
    return undefined
  return { output, env, path, summary }
}
