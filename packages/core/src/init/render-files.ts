import { stringify } from 'yaml'
import { actionsRepository } from './actions-repository.ts'
import type { InitProject } from './choose-project.ts'

export type CiName = 'github' | 'gitlab'

/** A file that `init` proposes; `path` is relative to the directory. */
export interface InitFile {
  readonly path: string
  readonly text: string
}

/** kernelkit.yaml and a workflow for a project. */
export function renderInitFiles(project: InitProject, { ci, name }: { readonly ci: CiName; readonly name: string }): readonly InitFile[] {
  return [
    { path: 'kernelkit.yaml', text: renderProjectFile(project) },
    ci === 'github'
      ? { path: '.github/workflows/kernelkit.yml', text: renderGithub(project, name) }
      : { path: '.gitlab-ci.yml', text: renderGitlab() },
  ]
}

// A small kernel with its modules, from a suite that gets security updates for years; docs/kernels.md has the others.
const distributionKernel = 'debian:12/cloud'

function renderProjectFile({ kind, because, buildsKernel, tests, needs }: InitProject): string {
  const head = [
    '# yaml-language-server: $schema=https://unpkg.com/kernelkit/kernelkit.schema.json',
    `# ${kind} (${because}). \`kernelkit test\` runs each test in a fresh guest.`,
    ...(needs.length === 0 ? [] : [`# The guest sees this machine's programs: the tests need ${needs.join(', ')}.`]),
  ]
  const kernel = buildsKernel
    ? ['kernel: { source: ., config: [minimal, debian, 9p] }']
    : [`# Nothing is built; other names: debian:13, ubuntu:24.04, the path of a kernel.`, `vm: { kernel: '${distributionKernel}' }`]
  const list = stringify({ tests: tests.map(({ name, run }) => ({ name, run, timeout: '10m' })) })
  return `${[...head, ...kernel, list.trimEnd()].join('\n')}\n`
}

/** Pinned as everywhere in this repository; a test compares. */
const pins = {
  checkout: 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1',
  upload: 'actions/upload-artifact@bbbca2ddaa5d8feaa63e36b76fdaad77386f024f # v7.0.0',
} as const

function renderGithub({ kind, buildsKernel }: InitProject, name: string): string {
  const setup = buildsKernel ? 'build boot' : 'boot'
  const placeholder = actionsRepository.startsWith('OWNER/') ? ' Replace OWNER with the owner of the kernelkit that you use.' : ''
  return `# ${kind}: the tests of kernelkit.yaml, each in a fresh guest.${placeholder}
name: ${/^[A-Za-z0-9][A-Za-z0-9 ._-]*$/.test(name) ? name : 'tests'} in a guest
on: [push, pull_request]
permissions: {}
jobs:
  kernelkit:
    runs-on: ubuntu-latest
    timeout-minutes: 60
    permissions: { contents: read }
    steps:
      - uses: ${pins.checkout}
        with: { persist-credentials: false }
      - uses: ${actionsRepository}/actions/setup-kvm@v0
        with: { for: ${setup} }
      - run: kernelkit test --junit kernelkit-artifacts/junit.xml --artifacts kernelkit-artifacts/files --evidence kernelkit-artifacts/evidence
      - if: always()
        uses: ${pins.upload}
        with: { name: kernelkit, path: kernelkit-artifacts, if-no-files-found: ignore }
`
}

function renderGitlab(): string {
  return `# The tests of kernelkit.yaml, each in a fresh guest. A runner that gives its jobs /dev/kvm is an order of magnitude faster.
kernelkit:
  image: node:24-bookworm
  script:
    - npx --yes kernelkit doctor --fix
    - npx --yes kernelkit test --junit kernelkit-artifacts/junit.xml --artifacts kernelkit-artifacts/files --evidence kernelkit-artifacts/evidence
  artifacts:
    when: always
    paths: [kernelkit-artifacts]
    reports:
      junit: kernelkit-artifacts/junit.xml
`
}
