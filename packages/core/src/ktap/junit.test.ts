import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { createKtapReader, junitSuites, renderJunit } from './index.ts'

/** What junit-10.xsd (Jenkins, xunit plugin) and surefire-test-report-3.0.xsd both allow; `!` marks what either of them requires. */
const schema: Readonly<
  Record<string, { readonly attributes: readonly string[]; readonly children: readonly string[]; readonly text: boolean }>
> = {
  testsuites: { attributes: ['name', 'time', 'tests', 'failures', 'errors'], children: ['testsuite'], text: false },
  testsuite: { attributes: ['name!', 'time', 'tests!', 'failures!', 'errors!', 'skipped!'], children: ['testcase'], text: false },
  testcase: { attributes: ['name!', 'classname!', 'time!'], children: ['failure', 'error', 'skipped', 'system-out'], text: false },
  failure: { attributes: ['type!', 'message'], children: [], text: true },
  error: { attributes: ['type!', 'message'], children: [], text: true },
  skipped: { attributes: ['message'], children: [], text: false },
  'system-out': { attributes: [], children: [], text: true },
}
// SUREFIRE_TIME of junit-10.xsd
const time = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$/

type Node = Readonly<Record<string, unknown>>

/** Everything in a document that the two schemas forbid. */
function violations(xml: string): readonly string[] {
  const valid = XMLValidator.validate(xml)
  if (valid !== true) return [JSON.stringify(valid)]
  const parser = new XMLParser({
    preserveOrder: true,
    ignoreAttributes: false,
    trimValues: false,
    parseAttributeValue: false,
    parseTagValue: false,
  })
  const roots = (parser.parse(xml) as readonly Node[]).filter((node) => !('?xml' in node) && !('#text' in node))
  return [...(roots.length === 1 && 'testsuites' in (roots[0] ?? {}) ? [] : ['the root is not testsuites']), ...roots.flatMap(checkNode)]
}

function checkNode(node: Node): readonly string[] {
  const name = Object.keys(node).find((key) => key !== ':@') ?? ''
  const rule = schema[name]
  if (rule === undefined) return [`<${name}> is not known`]
  const attributes = Object.entries((node[':@'] ?? {}) as Readonly<Record<string, string>>).map(
    ([key, value]) => [key.replace('@_', ''), value] as const,
  )
  const allowed = rule.attributes.map((key) => key.replace('!', ''))
  const children = node[name] as readonly Node[]
  const elements = children.filter((child) => !('#text' in child))
  const text = children.flatMap((child) => (typeof child['#text'] === 'string' ? [child['#text']] : [])).join('')
  return [
    ...attributes.filter(([key]) => !allowed.includes(key)).map(([key]) => `<${name} ${key}>`),
    ...rule.attributes
      .filter((key) => key.endsWith('!') && !attributes.some(([own]) => `${own}!` === key))
      .map((key) => `<${name}> lacks ${key}`),
    ...attributes.filter(([key, value]) => key === 'time' && !time.test(value)).map(([, value]) => `time ${value}`),
    ...attributes
      .filter(([key, value]) => /^(tests|failures|errors|skipped)$/.test(key) && !/^\d+$/.test(value))
      .map(([key]) => `${key} is no number`),
    ...elements.filter((child) => !rule.children.some((key) => key in child)).map((child) => `<${name}><${Object.keys(child)[0] ?? ''}>`),
    ...(!rule.text && text.trim() !== '' ? [`text in <${name}>`] : []),
    ...elements.flatMap(checkNode),
  ]
}

const junit = async (text: string) => {
  const reader = createKtapReader({ prefixed: true, versionless: false })
  for (const line of text.split('\n')) reader.read(line)
  return renderJunit(junitSuites(reader.finish(), { name: 'log' }), { name: 'log' })
}

const kunit = `[    1.000000] KTAP version 1
[    1.000000] 1..2
[    1.000000]     KTAP version 1
[    1.000000]     # Subtest: example
[    1.000000]     1..5
[    1.250000]     ok 1 a "quoted" <b> & c
[    1.250000]     # d: EXPECTATION FAILED at lib/kunit/example-test.c:30
[    1.250000]     Expected 1 + 1 == 3, but
[    1.500000]     not ok 2 d
[    1.500000]     ok 3 e # SKIP no device
[    1.500000]     not ok 4 true # TODO later
[    1.500000]         KTAP version 1
[    1.500000]         # Subtest: many
[    1.500000]         ok 1 x]]>1
[    1.500000]     ok 5 many
[    1.500000] not ok 1 example
[    1.500000]     KTAP version 1
[    1.500000]     # Subtest: dies
[    1.500000]     1..1
[    1.600000] BUG: \u0007 \uFFFF bytes \uD800 that XML cannot hold`

describe('JUnit XML', () => {
  it('is what the schemas of Jenkins and Surefire allow', async () => {
    expect(violations(await junit(kunit))).toEqual([])
    expect(violations(await junit('nothing'))).toEqual([])
    expect(violations(await renderJunit([], { name: 'empty' }))).toEqual([])
  })

  it('is checked by rules that notice what is wrong', () => {
    const wrong =
      '<testsuites><testsuite name="a" tests="x" failures="0" errors="0" skipped="0"><testcase name="b" time="1e-7" id="1"><pass/>t</testcase></testsuite></testsuites>'
    expect(violations(wrong)).toEqual([
      'tests is no number',
      '<testcase id>',
      '<testcase> lacks classname!',
      'time 1e-7',
      '<testcase><pass>',
      'text in <testcase>',
      '<pass> is not known',
    ])
    expect(violations('<testsuites>')).toHaveLength(1)
  })

  it('has a suite per suite, counts, times, places and reasons', async () => {
    const xml = await junit(kunit)
    expect(xml).toContain('<testsuites name="log" tests="6" failures="1" errors="1" time="0.600">')
    expect(xml).toContain('<testsuite name="example" tests="4" failures="1" errors="0" skipped="2" time="0.500">')
    expect(xml).toContain('<testcase name="a &quot;quoted&quot; &lt;b&gt; &amp; c" classname="example" time="0.250"/>')
    expect(xml).toContain('<failure type="fail" message="Expected 1 + 1 == 3, but (lib/kunit/example-test.c:30)">')
    expect(xml).toContain('<skipped message="no device"/>')
    expect(xml).toMatch(/<testcase name="true"[^>]*>\s*<skipped message="expected to fail: later"\/>/)
    expect(xml).toContain('<testcase name="x]]&gt;1" classname="example.many"')
    expect(xml).toContain('<error type="crashed" message="never reported">')
  })

  it('is red where no single test is', async () => {
    expect(await junit('TAP version 13\nok 1 a\nBail out! no memory')).toMatch(/failures="0" errors="1"[^]*message="no memory"/)
    expect(await junit('nothing')).toMatch(/<error type="no-results"/)
    expect(await junit('TAP version 13\n1..1\n    ok 1 - a\n    1..1\nnot ok 1 - init failed')).toMatch(
      /<failure type="fail" message="not ok"\/>/,
    )
  })
})
