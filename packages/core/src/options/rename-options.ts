import { UserError } from '../errors/index.ts'

/**
 * An error whose options are named as its reader wrote them: keys of a file or of a library call instead of flags. `nameOf`
 * gets a long name without its dashes; what it answers `undefined` for stays a flag, as do the commands that a hint quotes.
 */
export function renameOptions(error: UserError, nameOf: NameOf): UserError {
  return new UserError(error.code, rename(error.message, nameOf, ' '), {
    ...(error.hint === undefined ? {} : { hint: renameInHint(error.hint, nameOf) }),
    verdict: error.verdict,
    details: error.details,
    cause: error.cause,
  })
}

type NameOf = (option: string) => string | undefined

/** The same for a hint alone: it shows what to write, a message what was read. */
export function renameInHint(hint: string, nameOf: NameOf): string {
  return rename(hint, nameOf, ': ')
}

function rename(text: string, nameOf: NameOf, separator: string): string {
  return text.replaceAll(commandOrFlag, (whole: string, option: string | undefined, rest: string | undefined) => {
    const name = option === undefined ? undefined : nameOf(option)
    if (name === undefined) return whole
    return rest === undefined || rest === '' ? name : `${name}${separator}`
  })
}

// `kernelkit bake --arch i386` is a line to paste; --memory 4G and --gdb=PORT have a value, "leave --ssh out" has none.
const commandOrFlag = /kernelkit [a-z]+[^,;`]*|--([a-z][a-z0-9-]*)([ =](?!(?:adds|and|does|is|or|out|says|to|with)\b)(?=['A-Z0-9./a-z$]))?/g
