import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { XMLParser, XMLValidator } from 'fast-xml-parser'
import { describe, expect, it } from 'vitest'
import { repository } from '../source-files.ts'
import { renderSvg } from './render-svg.ts'

/** The lines of text of a picture. */
function textsOf(svg: string): readonly string[] {
  expect(XMLValidator.validate(svg)).toBe(true)
  const parser = new XMLParser({ preserveOrder: true, trimValues: false, processEntities: true })
  const collect = (node: unknown): string => {
    if (Array.isArray(node)) return node.map(collect).join('')
    if (typeof node !== 'object' || node === null) return ''
    return Object.entries(node)
      .map(([key, value]) => (key === '#text' ? String(value) : collect(value)))
      .join('')
  }
  return [...svg.matchAll(/<text [^]*?<\/text>/g)].map(([text]) => collect(parser.parse(text)))
}

describe('renderSvg', () => {
  it('shows each line at its row, its spans at their columns, its characters escaped, and empty lines as space', () => {
    const style = { bold: false, dim: false, colour: undefined }
    const svg = renderSvg(
      [
        {
          seconds: 0.5,
          spans: [
            { text: '$ ', ...style, colour: 4 },
            { text: 'a < b & "c"', ...style, bold: true },
          ],
        },
        { seconds: 1, spans: [] },
        { seconds: 2, spans: [{ text: 'done', ...style }] },
      ],
      { title: 'a & b', columns: 20 },
    )
    expect(textsOf(svg)).toEqual(['$ a < b & "c"', 'done'])
    expect(svg).toContain('<title>a &amp; b</title>')
    expect(svg).toContain('<text y="44" style="animation-delay:0.5s"><tspan x="16" textLength="16.8" fill="#79c0ff">$ </tspan>')
    expect(svg).toContain('<tspan x="32.8" textLength="92.4" font-weight="bold">')
    expect(svg).toContain('<text y="82" style="animation-delay:2s">')
  })
})

describe('docs/recording.svg', () => {
  it('shows a kernel report that is found, with its line and exit status, in less than 500 KB', () => {
    const svg = readFileSync(join(repository, 'docs/recording.svg'), 'utf8')
    const texts = textsOf(svg)
    expect(texts[0]).toBe('$ kernelkit run uname -r')
    expect(texts).toContainEqual(expect.stringMatching(/^kernelkit: verdict=pass exit=0 /))
    expect(texts).toContainEqual(expect.stringMatching(/KASAN: .*lkdtm_WRITE_AFTER_FREE/))
    expect(texts).toContainEqual(expect.stringMatching(/drivers\/misc\/lkdtm\/heap\.c:\d+/))
    expect(texts).toContainEqual(expect.stringMatching(/^kernelkit: verdict=splat exit=122 /))
    expect(texts.at(-1)).toBe('122')
    expect(svg.length).toBeLessThan(500_000)
  })
})
