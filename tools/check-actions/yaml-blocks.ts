import type { YamlText } from './yaml-file.ts'

/** Blocks of YAML in a page that show steps. */
export function workflowBlocks({ file, text }: YamlText): readonly YamlText[] {
  return [...text.matchAll(/^```ya?ml\n([^]*?)^```$/gm)]
    .map((match) => ({ file, text: match[1] ?? '', firstLine: text.slice(0, match.index).split('\n').length + 1 }))
    .filter((block) => /^\s*(?:- )?uses:/m.test(block.text))
}
