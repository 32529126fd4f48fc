/** A protection of the product, and how to switch it off: one place of its source, as it is and as it would be without. */
export interface Protection {
  readonly title: string
  readonly file: string
  /** Occurs once. */
  readonly from: string
  readonly to: string
  /** Tests that attack it. */
  readonly tests: readonly string[]
}

export const protections: readonly Protection[] = [
  {
    title: 'kernel interfaces, sockets and temporary files of this host are hidden from guests',
    file: 'packages/core/src/confine/hidden-paths.ts',
    from: "export const runtimeDirectories = ['/proc', '/sys', '/dev', '/run', '/tmp'] as const",
    to: "export const runtimeDirectories = ['/proc'] as const",
    tests: ['packages/core/src/confine/hidden-paths.test.ts'],
  },
  {
    title: 'mounts that were made after the look at the mounts are hidden too',
    file: 'packages/core/src/confine/confined-argv.ts',
    from: 'mount -o bind,ro "$with" "$path" ||',
    to: 'true ||',
    tests: ['packages/core/src/confine/mounts-that-change.test.ts'],
  },
  {
    title: 'credentials are hidden by their names, whatever gets those meanwhile',
    file: 'packages/core/src/confine/confined-argv.ts',
    from: 'const veiled = proc === undefined ? [] : veils',
    to: 'const veiled: readonly Veil[] = []',
    tests: ['packages/vm/src/resolve/resolve-veils.test.ts'],
  },
  {
    title: 'credentials of homes are hidden from guests',
    file: 'packages/vm/src/resolve/resolve-confinement.ts',
    from: "names.has(path.split('/')[0] ?? '')",
    to: 'names.has(path) && false',
    tests: ['packages/vm/src/resolve/resolve-confinement.test.ts'],
  },
  {
    title: 'links that lead outside are dropped from artifacts',
    file: 'packages/host/src/files/guest-files.ts',
    from: 'return isBelow(root, real)',
    to: 'return true',
    tests: ['packages/host/src/files/guest-files.test.ts'],
  },
  {
    title: 'setuid bits are dropped from artifacts',
    file: 'packages/host/src/files/guest-files.ts',
    from: '(stat.mode & 0o6000) !== 0',
    to: 'false',
    tests: ['packages/host/src/files/guest-files.test.ts'],
  },
  {
    title: 'no path that is written to leads through a link',
    file: 'packages/host/src/files/out-path.ts',
    from: 'if (!stat.isSymbolicLink()) place = next',
    to: 'if (!stat.isSymbolicLink() || true) place = next',
    tests: ['packages/host/src/files/out-path.test.ts', 'packages/host/src/files/check-out-path.test.ts'],
  },
  {
    title: 'no variable that shells and loaders act on comes from a guest',
    file: 'actions/boot-vm/src/guest/passed-names.ts',
    from: ': neverFromGuest.test(name)',
    to: ': neverFromGuest.test(name) && false',
    tests: ['actions/boot-vm/src/guest/passed-names.test.ts'],
  },
  {
    title: 'a project file runs nothing without consent',
    file: 'packages/host/src/project/file/consent.ts',
    from: 'return Object.entries(sums).every(([path, sum]) => consent.programs[path] === sum)',
    to: 'return true',
    tests: ['packages/host/src/project/file/consent.test.ts'],
  },
  {
    title: 'values of a project file that reach beyond the project are found',
    file: 'packages/core/src/project/reach.ts',
    from: 'place === undefined || value === false ? []',
    to: 'true ? []',
    tests: ['packages/core/src/project/reach.test.ts', 'e2e/hostile/project-file.test.ts'],
  },
  {
    title: 'a report that does not count hides no taint',
    file: 'packages/core/src/console/taint.ts',
    from: '!printed.some(isLeftBy)',
    to: 'printed.length === 0',
    tests: ['packages/core/src/console/taint.test.ts'],
  },
  {
    title: 'only results of the kernel itself excuse a report',
    file: 'packages/core/src/console/verdict.ts',
    from: 'test?.passed === true && kunit !== undefined && test.endLine <= kunit.ownLines',
    to: 'test?.passed === true',
    tests: ['packages/core/src/console/judge-results.test.ts'],
  },
  {
    title: 'a plan that cannot be read fails',
    file: 'packages/core/src/ktap/parse-line.ts',
    from: "if (count === undefined || count.length > mostDigits) return { kind: 'bad-plan', column, text: text.trim() }",
    to: "if (count === undefined || count.length > mostDigits) return { kind: 'plan', column, count: 1 }",
    tests: ['packages/core/src/ktap/reader.test.ts'],
  },
  {
    title: 'control characters of a guest do nothing to a terminal',
    file: 'packages/core/src/text/index.ts',
    from: "return text.replaceAll(colours, '').replaceAll(controls, escapeControl)",
    to: 'return text',
    tests: ['packages/core/src/text/text.test.ts', 'e2e/hostile/terminals.test.ts'],
  },
  {
    title: 'lines that the runner would take for commands do not reach it',
    file: 'packages/action-kit/src/plain-text.ts',
    from: "line.includes('::') && command.test(line)",
    to: 'false',
    tests: ['packages/action-kit/src/texts.test.ts'],
  },
  {
    title: 'a port of gdb refuses monitor commands',
    file: 'packages/core/src/gdb/filter.ts',
    from: "return payload.startsWith('qRcmd')",
    to: 'return false',
    tests: ['packages/core/src/gdb/filter.test.ts'],
  },
  {
    title: 'a guest does not reach the loopback addresses of this host',
    file: 'packages/core/src/network/loopback-filter.ts',
    from: 'return a === 0 || a === 127 ||',
    to: 'return',
    tests: ['packages/core/src/network/loopback-filter.test.ts'],
  },
  {
    title: 'the length of a frame is checked before anything is kept for it',
    file: 'packages/core/src/agent/frame.ts',
    from: 'if (length > maxBytes)',
    to: 'if (false)',
    tests: ['packages/core/src/agent/frame.test.ts'],
  },
  {
    title: 'aliases of a project file stand for a limited number of values',
    file: 'packages/core/src/project/read-yaml.ts',
    from: 'if (reading.room.values-- === 0)',
    to: 'if (false)',
    tests: ['packages/core/src/project/read-yaml.test.ts'],
  },
]
