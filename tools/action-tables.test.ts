import { describe, expect, it } from 'vitest'
import { fillActionTables } from './action-tables.ts'
import { ownActions, readActionFile } from './own-actions.ts'

const page = 'Hello.\n<!-- inputs -->\nold\n<!-- /inputs -->\nand\n<!-- outputs -->\n<!-- /outputs -->\nbye\n'

describe('the tables of an action', () => {
  it('come from action.yml, the default from its own place or from the description', () => {
    const text = `
inputs:
  size: { description: "How large, \`a|b\`. Default: 4G." }
  cache: { description: Whether it is kept., default: 'true' }
outputs:
  key: { description: Its hash. }
`
    expect(fillActionTables(page, text)).toBe(`Hello.
<!-- inputs -->
| input | what it does | default |
|---|---|---|
| \`size\` | How large, \`a\\|b\`. | 4G |
| \`cache\` | Whether it is kept. | \`true\` |
<!-- /inputs -->
and
<!-- outputs -->
| output | what it is |
|---|---|
| \`key\` | Its hash. |
<!-- /outputs -->
bye
`)
  })

  it('cannot be made of an input without a default', () => {
    expect(() => fillActionTables(page, 'inputs: { size: { description: How large. } }')).toThrow('the input size has no default')
  })

  it.each(ownActions)('in the README of %s are what `npm run docs` renders', (name) => {
    const text = readActionFile(name, 'README.md')
    expect(text).toBe(fillActionTables(text, readActionFile(name, 'action.yml')))
  })
})
