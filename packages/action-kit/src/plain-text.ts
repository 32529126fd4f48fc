/**
 * Text that the runner cannot take for a command: it reads `::name::` at the start of a line and `##[name]` anywhere in it.
 * What compilers, guests and packages say goes through here.
 */
export function plainText(text: string): string {
  return text
    .split(/\r\n|\r|\n/)
    .map((line) => (/^\s*::/.test(line) ? `> ${line}` : line).replaceAll('##[', '# #['))
    .join('\n')
}
