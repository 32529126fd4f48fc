import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { SlowFirst } from './tools/slow-first.ts'

const packages = fileURLToPath(new URL('./packages/', import.meta.url))
const kinds = ['bundle', 'container', 'vm']
// On a machine whose load is 8, everything takes ten times as long.
const patience = { poll: { timeout: 300_000 } }
const built = ['**/node_modules/**', '**/dist/**', '**/bundle/**']

// Decisions and texts, which leave nothing behind that another file could see: their files share a process, which saves more than half of the time.
const decisions = ['packages/{action-kit,cli,core,toolchain}/src/**/*.test.ts', 'actions/**/*.test.ts']

/** Projects by kind, told apart by the file name. An empty project fails (passWithNoTests is off). */
export default defineConfig({
  // Unit tests see the sources, not what was built last.
  resolve: {
    alias: [
      { find: /^@kernelkit\/([^/]+)$/, replacement: `${packages}$1/src/index.ts` },
      { find: /^@kernelkit\/([^/]+)\/(.+)$/, replacement: `${packages}$1/src/$2/index.ts` },
    ],
  },
  test: {
    teardownTimeout: 60_000,
    // Vitest would leave one CPU idle.
    maxWorkers: '100%',
    reporters: ['default', './tools/count-reporter.ts'],
    sequence: { sequencer: SlowFirst },
    projects: [
      {
        extends: true,
        test: {
          name: 'unit-decisions',
          include: decisions,
          exclude: [...built, ...kinds.map((kind) => `**/*.${kind}.test.ts`)],
          isolate: false,
          testTimeout: 3 * 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'unit',
          include: ['packages/*/src/**/*.test.ts', 'tools/**/*.test.ts', 'e2e/**/*.test.ts', 'bench/**/*.test.ts'],
          exclude: [...built, ...decisions, ...kinds.map((kind) => `**/*.${kind}.test.ts`)],
          // Some pack, install or compile for real, on machines whose load is 8 and more.
          testTimeout: 3 * 60_000,
        },
      },
      { extends: true, test: { name: 'bundle', include: ['**/*.bundle.test.ts'], exclude: built, testTimeout: 5 * 60_000 } },
      {
        extends: true,
        test: {
          name: 'container',
          include: ['**/*.container.test.ts'],
          exclude: built,
          fileParallelism: false,
          globalSetup: './e2e/setup/container-engine.ts',
          // A toolchain image is made from packages of the network on the first run; guests boot under emulation.
          testTimeout: 15 * 60_000,
          expect: patience,
          hookTimeout: 30 * 60_000,
        },
      },
      {
        extends: true,
        test: {
          name: 'vm',
          include: ['**/*.vm.test.ts'],
          exclude: built,
          // A parent-death signal follows the thread that started QEMU: worker threads end before their process does.
          pool: 'forks',
          // Guests wait as often as they work: three files at a time, each VM named by its own test.
          maxWorkers: 3,
          globalSetup: './e2e/setup/vm-artifacts.ts',
          setupFiles: './e2e/setup/cpu-time.ts',
          // Guests run under emulation where there is no KVM; a cold kernel build is part of some tests.
          testTimeout: 15 * 60_000,
          expect: patience,
          hookTimeout: 30 * 60_000,
        },
      },
    ],
  },
})
