import { XMLParser, XMLValidator } from 'fast-xml-parser'

/** What junit-10.xsd (Jenkins, xunit plugin) and surefire-test-report-3.0.xsd both allow; `!` marks what either of them requires. */
const schema: Readonly<
  Record<string, { readonly attributes: readonly string[]; readonly children: readonly string[]; readonly text: boolean }>
> = {
  testsuites: { attributes: ['name', 'time', 'tests', 'failures', 'errors'], children: ['testsuite'], text: false },
  testsuite: { attributes: ['name!', 'time', 'tests!', 'failures!', 'errors!', 'skipped!'], children: ['testcase'], text: false },
  testcase: {
    attributes: ['name!', 'classname!', 'time!'],
    children: ['failure', 'error', 'skipped', 'rerunFailure', 'rerunError', 'flakyFailure', 'flakyError', 'system-out', 'system-err'],
    text: false,
  },
  failure: { attributes: ['type!', 'message'], children: [], text: true },
  error: { attributes: ['type!', 'message'], children: [], text: true },
  skipped: { attributes: ['message'], children: [], text: false },
  ...Object.fromEntries(
    ['rerunFailure', 'rerunError', 'flakyFailure', 'flakyError'].map((name) => [
      name,
      { attributes: ['type!', 'message'], children: ['stackTrace'], text: false },
    ]),
  ),
  stackTrace: { attributes: [], children: [], text: true },
  'system-out': { attributes: [], children: [], text: true },
  'system-err': { attributes: [], children: [], text: true },
}
// SUREFIRE_TIME of junit-10.xsd
const time = /^(([0-9]{0,3},)*[0-9]{3}|[0-9]{0,3})*(\.[0-9]*)?$/

type Node = Readonly<Record<string, unknown>>

/** Everything in a document that the two schemas forbid. */
export function junitViolations(xml: string): readonly string[] {
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
