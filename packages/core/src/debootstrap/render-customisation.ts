import { quoteArgv } from '../shell/index.ts'
import type { CustomisationStep } from './customisation-step.ts'

const endOfFile = 'KERNELKIT_END_OF_FILE'

/** A POSIX shell script that applies the steps to the root file system at `$root`; the same text shows in `--dry-run`. */
export function renderCustomisation(steps: readonly CustomisationStep[]): string {
  // Each directory is made once: a process less for most steps.
  const made = new Set<string>()
  const makeParent = (path: string): string => {
    const parent = path.slice(0, path.lastIndexOf('/'))
    if (made.has(parent)) return ''
    made.add(parent)
    return `mkdir -p ${at(parent)} && `
  }
  return steps
    .map((step) => {
      // A directory may be gone, or was made for a step that was left out.
      if (step.kind === 'remove' || step.when !== undefined) made.clear()
      const text = renderStep(step, makeParent)
      if (step.when === undefined) return `# ${step.why}\n${text}\n`
      made.clear()
      return `# ${step.why}\nif ${test(step.when)}; then\n${text}\nfi\n`
    })
    .join('')
}

function test(when: NonNullable<CustomisationStep['when']>): string {
  return 'has' in when ? `[ -e ${at(when.has)} ]` : `[ ! -e ${at(when.lacks)} ]`
}

function renderStep(step: CustomisationStep, makeParent: (path: string) => string): string {
  switch (step.kind) {
    case 'write': {
      const mode = (step.mode ?? 0o644).toString(8).padStart(4, '0')
      // Removed first: a link would be written through.
      const open = `${makeParent(step.path)}rm -f ${at(step.path)} && cat > ${at(step.path)}`
      if (step.content !== '' && !step.content.endsWith('\n')) throw new TypeError(`the content of ${step.path} must end with a newline`)
      return `${open} <<'${endOfFile}' && chmod ${mode} ${at(step.path)}\n${step.content}${endOfFile}`
    }
    case 'link':
      return `${makeParent(step.path)}ln -sfn ${quoteArgv([step.target])} ${at(step.path)}`
    case 'mkdir':
      return `mkdir -p ${at(step.path)} && chmod ${step.mode.toString(8).padStart(4, '0')} ${at(step.path)}`
    case 'remove':
      return `rm -rf ${step.patterns.map(pattern).join(' ')}`
    case 'edit':
      return `sed -E -i ${quoteArgv([step.expression])} ${at(step.path)}`
  }
}

function at(path: string): string {
  return `"$root"${quoteArgv([path])}`
}

/** Quoted but for `*`, which the shell expands. */
function pattern(path: string): string {
  return `"$root"${path
    .split('*')
    .map((part) => (part === '' ? '' : quoteArgv([part])))
    .join('*')}`
}
