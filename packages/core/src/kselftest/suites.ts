import { UserError, message, nearestName, option } from '../errors/index.ts'

/** Suites of a tree, in the order of tools/testing/selftests/Makefile. */
export function parseTargets(makefile: string): readonly string[] {
  const names = [...makefile.matchAll(/^TARGETS\s*\+?=\s*(.*)$/gm)].flatMap(([, words = '']) => words.split(/\s+/))
  return [...new Set(names.filter((name) => /^[A-Za-z0-9][A-Za-z0-9_./-]*$/.test(name)))]
}

// A message has room for some of a hundred names; the tree has them all.
const mostNames = 12

/** The suites that `--kselftest` names, each once. Throws `NO_SUCH_SUITE` with the nearest name. */
export function chooseSuites(raw: string, known: readonly string[]): readonly string[] {
  const wanted = [...new Set(raw.split(/[\s,]+/).filter((name) => name !== ''))]
  if (wanted.length === 0) throw refused(raw, 'it names no suite', known)
  for (const name of wanted) {
    if (known.includes(name)) continue
    const near = nearestName(name, known)
    throw refused(name, 'this tree has no such suite', near === undefined ? known : [near])
  }
  return wanted
}

function refused(seen: string, why: string, names: readonly string[]): UserError {
  const shown = names.slice(0, mostNames).join(', ')
  const [only] = names
  return new UserError('NO_SUCH_SUITE', message`${option('kselftest')} '${seen}': ${why}.`, {
    hint: names.length === 1 ? `Did you mean ${only ?? ''}?` : `Suites are the TARGETS of tools/testing/selftests/Makefile: ${shown}, ….`,
    details: { seen },
  })
}
