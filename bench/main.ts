// Runs benchmarks by name, one after the other: `npm run bench -- help run`. Without names: the quick ones.
const benches: Readonly<Record<string, { readonly about: string; readonly quick?: true; readonly load: () => Promise<unknown> }>> = {
  help: { about: 'start of the command', quick: true, load: () => import('./help.ts') },
  actions: { about: "start of the Actions' bundles (npm run bundle)", load: () => import('./actions.ts') },
  debug: { about: 'gdb to its prompt, the tasks and the memory of a guest of 1 GiB', load: () => import('./debug.ts') },
  report: { about: 'console text a second through the parser of kernel reports', quick: true, load: () => import('./report.ts') },
  decode: { about: '500 frames of reports decoded with a vmlinux', load: () => import('./decode.ts') },
  run: { about: 'one command in a fresh VM', quick: true, load: () => import('./run.ts') },
  test: { about: '20 tests in fresh VMs, packed against in sequence', load: () => import('./test.ts') },
  matrix: { about: '3 tests on 4 kernels, packed against in sequence (fetches Debian packages)', load: () => import('./matrix.ts') },
  ssh: { about: 'ssh with systemd (root, a loop device)', load: () => import('./ssh.ts') },
  bake: { about: 'a bake, its size and memory (root, a loop device, half an hour)', load: () => import('./bake.ts') },
  build: { about: 'the store, ccache, our overhead over make (hours)', load: () => import('./build.ts') },
  toolchain: { about: 'the toolchain container against the host (an engine, half an hour)', load: () => import('./toolchain.ts') },
  'action-jobs': {
    about: 'a job that finds kernel and image in the Actions cache, against a cold one (npm run bundle; a quarter of an hour)',
    load: () => import('./action-jobs.ts'),
  },
  shares: { about: 'git status over a kernel tree, virtiofs against 9p (a quarter of an hour)', load: () => import('./shares.ts') },
  kernels: {
    about: "a distribution's kernel against our own, and its first run from an empty store (half an hour)",
    load: () => import('./kernels.ts'),
  },
  page: { about: 'the page of 2,000 tests and 10 MB of console: made, and painted by Chromium', load: () => import('./page.ts') },
  wrapper: { about: 'exec-wrapper in a VM that was kept', load: () => import('./wrapper.ts') },
  kselftest: { about: 'a suite of the kernel tree built again', load: () => import('./kselftest.ts') },
  boots: { about: '200 boots, output compared to the last byte', load: () => import('./boots.ts') },
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(benches, name))
if (unknown.length > 0) {
  const list = Object.entries(benches).map(([name, { about }]) => `  ${name.padEnd(11)} ${about}`)
  process.stderr.write(`bench: no benchmark '${unknown.join("', '")}'; there are:\n${list.join('\n')}\n`)
  process.exitCode = 2
} else {
  // The benchmarks read their own arguments from argv: none here, so each takes its default number of pairs.
  process.argv.length = 2
  for (const [name, { quick, load }] of Object.entries(benches)) {
    if (asked.length > 0 ? asked.includes(name) : quick === true) await load()
  }
}
