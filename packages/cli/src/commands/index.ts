import type { CommandDefinition } from '../command.ts'

/** A row of the command list: root --help needs no more, so no command's module is imported for it. */
export interface CommandRow {
  readonly name: string
  readonly summary: string
  /** Heading of --help. */
  readonly group: string
  /** Imports the definition. */
  readonly load: () => Promise<CommandDefinition>
  /** Words of our own before the user's command, after which nothing is parsed: `run -r` is not our -r. */
  readonly passThroughAfter?: 0 | 1
  /** A first word of our own after which the user's command is not parsed: `toolchain run make -j` is not our -j. */
  readonly passThroughBehind?: string
  /** Its last line on stderr is `kernelkit: verdict=…`, errors included. */
  readonly verdict?: true
  readonly hidden?: true
}

/** Every command below its heading, in the order of --help. */
const groups: Readonly<Record<string, readonly Omit<CommandRow, 'group'>[]>> = {
  'First steps': [
    {
      name: 'quickstart',
      summary: 'the whole workflow on this machine: kernel, image, boot, a command in the guest',
      load: async () => (await import('./quickstart.ts')).quickstartCommand,
      verdict: true,
    },
    {
      name: 'doctor',
      summary: 'what this host can do, and the command that fixes what it cannot',
      load: async () => (await import('./doctor.ts')).doctorCommand,
    },
    {
      name: 'init',
      summary: 'first files of a project: kernelkit.yaml and a workflow',
      load: async () => (await import('./init.ts')).initCommand,
    },
  ],
  'Kernels and roots': [
    {
      name: 'build',
      summary: 'kernel source to configuration, kernel image and vmlinux',
      load: async () => (await import('./build.ts')).buildCommand,
      verdict: true,
    },
    {
      name: 'config',
      summary: 'the configuration that would be built, each option with its reason',
      load: async () => (await import('./config.ts')).configCommand,
    },
    {
      name: 'kernels',
      summary: "the kernels that distributions' mirrors and the store offer, and the word for each",
      load: async () => (await import('./kernels.ts')).kernelsCommand,
    },
    {
      name: 'bake',
      summary: 'a Debian root file system as a bootable disk image',
      load: async () => (await import('./bake.ts')).bakeCommand,
      verdict: true,
    },
    {
      name: 'initrd',
      summary: 'a directory, an executable or a C file as an initramfs that runs it',
      load: async () => (await import('./initrd.ts')).initrdCommand,
    },
  ],
  VMs: [
    {
      name: 'run',
      summary: 'boot, run one command, end with its verdict',
      passThroughAfter: 0,
      verdict: true,
      load: async () => (await import('./run.ts')).runCommandDefinition,
    },
    {
      name: 'boot',
      summary: 'boot and attach the terminal to the console',
      verdict: true,
      load: async () => (await import('./boot.ts')).bootCommand,
    },
    {
      name: 'exec',
      summary: 'run a command in a running VM',
      passThroughAfter: 1,
      load: async () => (await import('./exec.ts')).execCommand,
    },
    { name: 'ssh', summary: 'ssh into a running VM', passThroughAfter: 1, load: async () => (await import('./ssh.ts')).sshCommand },
    { name: 'ps', summary: 'the VMs of this user', load: async () => (await import('./ps.ts')).psCommand },
    { name: 'stop', summary: 'end a running VM', load: async () => (await import('./stop.ts')).stopCommand },
  ],
  Tests: [
    {
      name: 'test',
      summary: 'build, bake and run every test of kernelkit.yaml, one summary',
      load: async () => (await import('./test.ts')).testCommand,
      verdict: true,
    },
    {
      name: 'exec-wrapper',
      summary: 'run the program of a test runner in a guest: go test -exec, cargo, meson, bats, pytest',
      passThroughAfter: 0,
      load: async () => (await import('./exec-wrapper.ts')).execWrapperCommand,
    },
    {
      name: 'history',
      summary: 'how often the tests of this project passed, by test and kernel, and how long they take',
      load: async () => (await import('./history.ts')).historyCommand,
    },
  ],
  'Many kernels, many machines': [
    {
      name: 'matrix',
      summary: 'every test of kernelkit.yaml on many kernels, one table, one verdict',
      load: async () => (await import('./matrix.ts')).matrixCommand,
      verdict: true,
    },
    {
      name: 'since',
      summary: 'the first kernel that a command passes on, by binary search over releases',
      passThroughAfter: 0,
      load: async () => (await import('./since.ts')).sinceCommand,
    },
    {
      name: 'bisect',
      summary: 'the commit that breaks a command: git bisect over builds and boots',
      passThroughAfter: 0,
      load: async () => (await import('./bisect.ts')).bisectCommand,
    },
    {
      name: 'plan',
      summary: 'the tests divided for several machines: a matrix for GitHub, a pipeline for GitLab, a Job for Kubernetes',
      load: async () => (await import('./plan.ts')).planCommand,
    },
    {
      name: 'merge',
      summary: 'the results of all shards as one table, one JUnit document, one verdict',
      load: async () => (await import('./merge.ts')).mergeCommand,
      verdict: true,
    },
  ],
  Debugging: [
    {
      name: 'gdb',
      summary: "gdb on a running VM's kernel, symbols and helpers set",
      passThroughAfter: 1,
      load: async () => (await import('./gdb.ts')).gdbCommand,
    },
    {
      name: 'inspect',
      summary: "what a running VM's CPUs are doing, seen from outside",
      load: async () => (await import('./inspect.ts')).inspectCommand,
    },
    {
      name: 'dump',
      summary: "a running VM's memory as a file for crash and drgn",
      load: async () => (await import('./dump.ts')).dumpCommand,
    },
  ],
  Results: [
    {
      name: 'report',
      summary: 'kernel reports (oopses, warnings, KASAN, lockdep …) found in console logs',
      load: async () => (await import('./report.ts')).reportCommand,
    },
    {
      name: 'ktap',
      summary: 'TAP and KTAP to a summary, JSON, JUnit XML',
      load: async () => (await import('./ktap.ts')).ktapCommand,
    },
    {
      name: 'html',
      summary: 'results of run and test as one page: table, failures, consoles',
      load: async () => (await import('./html.ts')).htmlCommand,
    },
  ],
  'Around it': [
    {
      name: 'trust',
      summary: 'consent to what kernelkit.yaml does beyond its project, after showing it',
      load: async () => (await import('./trust.ts')).trustCommand,
    },
    { name: 'cache', summary: 'list and prune the artifact store', load: async () => (await import('./cache.ts')).cacheCommand },
    {
      name: 'toolchain',
      summary: 'the toolchain container: build, use, list and prune its images',
      load: async () => (await import('./toolchain.ts')).toolchainCommand,
      passThroughBehind: 'run',
    },
    {
      name: 'mcp',
      summary: 'serve build, run, test and others to an agent or editor (Model Context Protocol)',
      load: async () => (await import('./mcp.ts')).mcpCommand,
    },
    {
      name: 'completion',
      summary: 'completion script for bash, zsh or fish',
      load: async () => (await import('./completion.ts')).completionCommand,
    },
  ],
}

export const commandRows: readonly CommandRow[] = Object.entries(groups).flatMap(([group, rows]) => rows.map((row) => ({ ...row, group })))
