import type { ScreenLine, Span } from './terminal.ts'

const cell = { width: 8.4, height: 19 }
const edge = { x: 16, top: 44, bottom: 14 }
/** Black to white, readable on the dark ground. */
const colours = ['#6e7681', '#ff7b72', '#7ee787', '#e3b341', '#79c0ff', '#d2a8ff', '#76e3ea', '#f0f6fc']

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function number(value: number): string {
  return String(Math.round(value * 100) / 100)
}

/** textLength keeps the columns whatever monospaced font the reader has. */
function renderSpan({ text, bold, dim, colour }: Span, column: number): string {
  const attributes = [
    `x="${number(edge.x + column * cell.width)}"`,
    `textLength="${number(text.length * cell.width)}"`,
    ...(bold ? ['font-weight="bold"'] : []),
    ...(dim ? ['opacity="0.7"'] : []),
    ...(colour === undefined ? [] : [`fill="${colours[colour] ?? 'inherit'}"`]),
  ]
  return `<tspan ${attributes.join(' ')}>${escape(text)}</tspan>`
}

function renderLine({ spans, seconds }: ScreenLine, row: number): string {
  let column = 0
  const pieces = spans.map((span) => {
    const piece = renderSpan(span, column)
    column += span.text.length
    return piece
  })
  return `<text y="${edge.top + row * cell.height}" style="animation-delay:${number(seconds)}s">${pieces.join('')}</text>`
}

export interface SvgOptions {
  readonly title: string
  readonly columns: number
}

/** A picture of a terminal whose lines appear at their times, once. Where nothing moves it shows the end: the whole text. */
export function renderSvg(lines: readonly ScreenLine[], { title, columns }: SvgOptions): string {
  const width = number(2 * edge.x + columns * cell.width)
  const height = number(edge.top + (lines.length - 1) * cell.height + edge.bottom)
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" xml:space="preserve" role="img">`,
    `<title>${escape(title)}</title>`,
    '<style>',
    'text{font:14px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;fill:#c9d1d9;white-space:pre;animation:show 1ms both}',
    '@keyframes show{from{visibility:hidden}to{visibility:visible}}',
    '@media (prefers-reduced-motion:reduce){text{animation:none}}',
    '</style>',
    `<rect width="${width}" height="${height}" rx="8" fill="#0d1117"/>`,
    ...['#ff5f56', '#ffbd2e', '#27c93f'].map((fill, index) => `<circle cx="${20 + 20 * index}" cy="18" r="6" fill="${fill}"/>`),
    ...lines.flatMap((line, row) => (line.spans.length === 0 ? [] : [renderLine(line, row)])),
    '</svg>',
    '',
  ].join('\n')
}
