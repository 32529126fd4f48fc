/** A line of a step's output for a terminal: commands to the runner as people read them, `undefined` for those that have no text. */
export function renderLine(line: string): string | undefined {
  const [, name = '', properties = '', text = ''] = /^::([\w-]+)(?: ([^:]*(?::(?!:)[^:]*)*))?::(.*)$/s.exec(line) ?? []
  switch (name) {
    case '':
      return line
    case 'group':
      return `> ${unescape(text)}`
    case 'error':
    case 'warning':
    case 'notice':
      return `${name}: ${placeOf(properties)}${unescape(text)}`
    default:
      return undefined
  }
}

function placeOf(properties: string): string {
  const values = Object.fromEntries(
    properties.split(',').map((pair) => [pair.split('=', 1)[0], unescape(pair.slice(pair.indexOf('=') + 1))]),
  )
  const { file, line, title } = values
  return [
    file === undefined ? undefined : `${file}${line === undefined ? '' : `:${line}`}: `,
    title === undefined ? undefined : `${title}: `,
  ].join('')
}

/** As the runner writes texts into commands (actions/toolkit, packages/core/src/command.ts). */
function unescape(text: string): string {
  return text.replaceAll('%3A', ':').replaceAll('%2C', ',').replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%')
}
