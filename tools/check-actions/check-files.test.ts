import { describe, expect, it } from 'vitest'
import { checkFiles } from './check-files.ts'

const action = `name: Boot a VM
description: Boots
inputs:
  run: { description: script }
  keep: { description: leave it running }
  token: { description: secret, required: true }
outputs:
  verdict: { description: how it ended }
runs: { using: node24, main: dist/main.mjs }
branding: { icon: cpu, color: blue }
`
const checkout = 'actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1'

const workflow = (steps: string, job = 'permissions: { contents: read }\n    timeout-minutes: 5'): string =>
  `name: test
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    ${job}
    steps:
${steps.replaceAll(/^/gm, '      ')}
`

const check = async (workflows: Readonly<Record<string, string>>, pages: Readonly<Record<string, string>> = {}, actionText = action) => {
  const texts = (files: Readonly<Record<string, string>>) => Object.entries(files).map(([file, text]) => ({ file, text }))
  const problems = await checkFiles({
    actions: [{ file: 'actions/boot-vm/action.yml', text: actionText }],
    workflows: texts(workflows),
    pages: texts(pages),
    readers: new Map(),
  })
  return problems.map(({ file, line, message }) => `${file}:${line}: ${message}`)
}
const checkSteps = (steps: string) => check({ 'a.yml': workflow(steps) })

describe('checkFiles', () => {
  it('has nothing against good files', async () => {
    const steps = `- uses: ${checkout}
- uses: ./actions/boot-vm
  id: vm
  with: { keep: true, token: x, run: uname }
- uses: OWNER/kernelkit/actions/boot-vm@v1
  with: { token: x }
- shell: kernelkit-vm {0}
  env: { VERDICT: '\${{ steps.vm.outputs.verdict }}' }
  run: echo "$VERDICT"`
    expect(await check({ 'a.yml': workflow(steps) }, { 'README.md': `text\n\`\`\`yaml\n${steps}\n\`\`\`\n` })).toEqual([])
  })

  it.each<[string, string, readonly RegExp[]]>([
    [
      'a wrong input name',
      '- uses: OWNER/kernelkit/actions/boot-vm@v1\n  with:\n    token: x\n    rum: uname',
      [/^a\.yml:12: boot-vm has no input rum; it has keep, run, token$/],
    ],
    ['a missing input', '- uses: ./actions/boot-vm\n  with: { run: uname }', [/^a\.yml:9: boot-vm needs the input token$/]],
    ['an action that is not there', '- uses: ./actions/boot-mv', [/there is no action boot-mv; ours are boot-vm/]],
    [
      'an output that is not there',
      `- uses: ./actions/boot-vm\n  id: vm\n  with: { token: x }\n- run: echo "$A"\n  env:\n    A: \${{ steps.vm.outputs.verdicts }}`,
      [/^a\.yml:14: steps\.vm\.outputs\.verdicts: boot-vm has no output verdicts; it has verdict$/],
    ],
    ['a tag instead of a commit', '- uses: actions/checkout@v7', [/actions\/checkout@v7 is not pinned by a commit/]],
    ['a commit without its version', `- uses: ${checkout.split(' ')[0]}`, [/needs its version after it/]],
    ['a container by tag', '- uses: docker://debian:bookworm', [/not pinned by its digest/]],
    ['an expression in a script', `- run: echo "\${{ github.ref_name }}"`, [/^a\.yml:9: an expression inside a script/]],
    [
      'an expression in a script for a guest',
      `- uses: ./actions/boot-vm\n  with:\n    token: x\n    run: echo "\${{ github.sha }}"`,
      [/^a\.yml:12: an expression inside a script/],
    ],
    [
      'a shell in a VM that is not kept',
      '- uses: ./actions/boot-vm\n  with: { token: x }\n- run: uname\n  shell: kernelkit-vm {0}',
      [/^a\.yml:12: no step before this one keeps a VM/],
    ],
    ['what actionlint finds', `- run: echo a\n  shell: fihs`, [/fihs.*\[actionlint shell-name\]/]],
  ])('finds %s', async (_title, steps, expected) => {
    const problems = await checkSteps(steps)
    expect(problems).toEqual(expected.map((line): unknown => expect.stringMatching(line)))
  })

  it('finds jobs without limits', async () => {
    expect(await check({ 'a.yml': workflow('- run: true', 'name: test') })).toEqual([
      expect.stringMatching(/^a\.yml:5: the job has no permissions/),
      expect.stringMatching(/^a\.yml:5: the job has no timeout-minutes/),
    ])
  })

  it('finds a job that ci-ok does not wait for', async () => {
    const final =
      '  ci-ok:\n    needs: [other]\n    runs-on: ubuntu-latest\n    permissions: {}\n    timeout-minutes: 5\n    steps: [{ run: true }]\n'
    const both = workflow('- run: true') + final + final.replace('ci-ok', 'other').replace('    needs: [other]\n', '')
    expect(await check({ 'a.yml': both })).toEqual([expect.stringMatching(/^a\.yml:11: ci-ok does not need test,/)])
  })

  it('finds an action that two files pin differently', async () => {
    const other = checkout.replace('3d3c', '0000')
    expect(await check({ 'a.yml': workflow(`- uses: ${checkout}`), 'b.yml': workflow(`- uses: ${other}`) })).toEqual([
      expect.stringMatching(/^b\.yml:9: actions\/checkout is 3d3c\w+ in a\.yml$/),
    ])
  })

  it('finds what GitHub would refuse in an action.yml, and text that is not YAML', async () => {
    expect(await check({}, {}, action.replace('node24', 'node25'))).toEqual([
      expect.stringMatching(/^actions\/boot-vm\/action\.yml:9: .*node25.*\[languageservice\]$/),
    ])
    expect((await check({ 'a.yml': 'a: [' })).at(-1)).toMatch(/^a\.yml:1: not YAML: /)
  })

  it('reads the steps that pages show, at their lines', async () => {
    const page = `# Page\n\n\`\`\`yaml\n- uses: ./actions/boot-vm\n  with: { token: x, rum: y }\n\`\`\`\n\n\`\`\`yaml\nvm: { cpus: 2 }\n\`\`\`\n`
    expect(await check({}, { 'docs/a.md': page })).toEqual([expect.stringMatching(/^docs\/a\.md:5: boot-vm has no input rum/)])
  })
})
