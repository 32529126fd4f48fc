/** What no guest reads, as dpkg(1) options: manuals, translations, documentation but for the licences. */
export const leftOutPaths: readonly (readonly ['path-exclude' | 'path-include', string])[] = [
  ['path-exclude', '/usr/share/man/*'],
  ['path-exclude', '/usr/share/info/*'],
  ['path-exclude', '/usr/share/locale/*'],
  ['path-include', '/usr/share/locale/locale.alias'],
  ['path-exclude', '/usr/share/doc/*'],
  ['path-include', '/usr/share/doc/*/copyright'],
]
