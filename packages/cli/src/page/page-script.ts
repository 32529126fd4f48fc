/**
 * Program of the page: filter of the table, and the console of a run, unpacked when it is opened and drawn as far as it is seen. Texts
 * of guests reach the page as text nodes only.
 */
export const pageScript = String.raw`'use strict'
const $ = (selector, from = document) => from.querySelector(selector)
const all = (selector, from = document) => [...from.querySelectorAll(selector)]

const rows = all('tbody tr').map((row) => ({ row, text: row.textContent.toLowerCase(), kinds: row.dataset.kinds.split(' ') }))
const filter = $('#filter'), only = $('#only'), shown = $('#shown')
function applyFilter() {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean)
  let count = 0
  for (const { row, text, kinds } of rows) {
    const isShown = words.every((word) => text.includes(word)) && (!only.checked || kinds.includes('fail'))
    row.hidden = !isShown
    if (isShown) count++
  }
  shown.textContent = count + ' of ' + rows.length
}
filter.addEventListener('input', applyFilter)
only.addEventListener('change', applyFilter)
applyFilter()
document.addEventListener('keydown', (event) => {
  if (event.key === '/' && !/^(INPUT|TEXTAREA)$/.test(event.target.tagName)) { event.preventDefault(); filter.focus() }
})

async function unpack(id) {
  const packed = atob($('#' + id).textContent.trim())
  const bytes = Uint8Array.from(packed, (letter) => letter.charCodeAt(0))
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream('gzip'))).text()
}

const height = 18
async function openConsole(box) {
  if (box.dataset.ready) return
  box.dataset.ready = '1'
  const state = $('.state', box), viewport = $('.viewport', box), spacer = $('.spacer', box), drawn = $('.lines', box), search = $('input', box)
  state.textContent = 'unpacking …'
  const lines = (await unpack(box.dataset.console)).split('\n')
  if (lines[lines.length - 1] === '') lines.pop()
  spacer.style.height = lines.length * height + 'px'
  let found = [], at = -1
  const draw = () => {
    const first = Math.max(0, Math.floor(viewport.scrollTop / height) - 20)
    const last = Math.min(lines.length, first + Math.ceil(viewport.clientHeight / height) + 40)
    const nodes = []
    for (let index = first; index < last; index++) {
      const line = document.createElement('div')
      line.textContent = lines[index].slice(0, 4000)
      if (at >= 0 && found[at] === index) line.className = 'found'
      nodes.push(line)
    }
    drawn.style.transform = 'translateY(' + first * height + 'px)'
    drawn.replaceChildren(...nodes)
  }
  const say = () => { state.textContent = search.value === '' ? lines.length + ' lines' : found.length === 0 ? 'not found' : at + 1 + ' of ' + found.length }
  const go = (step) => {
    if (found.length === 0) return say()
    at = (at + step + found.length) % found.length
    viewport.scrollTop = Math.max(0, found[at] * height - viewport.clientHeight / 2)
    draw(); say()
  }
  const look = () => {
    const wanted = search.value.toLowerCase()
    found = []
    if (wanted !== '') for (let index = 0; index < lines.length; index++) if (lines[index].toLowerCase().includes(wanted)) found.push(index)
    at = -1
    if (found.length > 0) go(1)
    else { draw(); say() }
  }
  let timer
  search.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(look, 150) })
  search.addEventListener('keydown', (event) => { if (event.key === 'Enter') { event.preventDefault(); go(event.shiftKey ? -1 : 1) } })
  $('.next', box).addEventListener('click', () => go(1))
  $('.previous', box).addEventListener('click', () => go(-1))
  viewport.addEventListener('scroll', draw, { passive: true })
  draw(); say()
}
for (const box of all('details.console')) box.addEventListener('toggle', () => { if (box.open) openConsole(box).catch((error) => { $('.state', box).textContent = String(error) }) })

function openRun() {
  const target = location.hash.startsWith('#run-') ? document.getElementById(location.hash.slice(1)) : null
  const details = target && $('details.about', target)
  if (details) details.open = true
}
addEventListener('hashchange', openRun)
openRun()
`
