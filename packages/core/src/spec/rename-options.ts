import { UserError } from '../errors/index.ts'

/**
 * An error whose options are named as its reader wrote them: keys of a file or of a library call instead of flags. `nameOf`
 * gets a long name without its dashes; what it answers `undefined` for stays a flag, as do the commands that a hint quotes.
 */
export function renameOptions(error: UserError, nameOf: (option: string) => string | undefined): UserError {
  const rename = (text: string, separator: string) =>
    text.replaceAll(commandOrFlag, (whole: string, option: string | undefined, rest: string | undefined) => {
      const name = option === undefined ? undefined : nameOf(option)
      if (name === undefined) return whole
      return rest === undefined || rest === '' ? name : `${name}${separator}`
    })
  return new UserError(error.code, rename(error.message, ' '), {
    // A hint shows what to write, a message what was read.
    ...(error.hint === undefined ? {} : { hint: rename(error.hint, ': ') }),
    verdict: error.verdict,
    details: error.details,
    cause: error.cause,
  })
}

// `kernelkit bake --arch i386` is a line to paste; --memory 4G and --gdb=PORT have a value, "leave --ssh out" has none.
const commandOrFlag = /kernelkit [a-z]+[^,;`]*|--([a-z][a-z0-9-]*)([ =](?!(?:adds|and|does|is|or|out|says|to|with)\b)(?=['A-Z0-9./a-z$]))?/g
