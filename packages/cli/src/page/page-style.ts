/** Style of the page: colours of the reader's choice (light, dark), one column on a phone, nothing wider than the window. */
export const pageStyle = `
:root { color-scheme: light dark; --bg: #fff; --fg: #1c2024; --soft: #5c6670; --line: #d5dade; --card: #f5f7f8; --pass: #0a6b35; --fail: #b3161b; --skip: #7a5200; --link: #0550ae; }
@media (prefers-color-scheme: dark) { :root { --bg: #14171a; --fg: #e4e7ea; --soft: #a2abb4; --line: #363d44; --card: #1d2227; --pass: #5fd08a; --fail: #ff8a85; --skip: #e6b450; --link: #7ab7ff; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1rem; max-width: 90rem; background: var(--bg); color: var(--fg); font: 15px/1.5 system-ui, sans-serif; overflow-wrap: anywhere; }
h1 { font-size: 1.35rem; margin: 0 0 .25rem; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
a { color: var(--link); } p { margin: .4rem 0; } .soft { color: var(--soft); }
.pass { color: var(--pass); } .fail { color: var(--fail); } .skip { color: var(--skip); } .none { color: var(--soft); }
.controls { display: flex; flex-wrap: wrap; gap: .5rem 1rem; align-items: center; margin: 1rem 0 .5rem; }
input[type=search] { flex: 1 1 14rem; min-width: 0; padding: .4rem .6rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .3rem; }
button { padding: .35rem .7rem; font: inherit; color: inherit; background: var(--card); border: 1px solid var(--line); border-radius: .3rem; cursor: pointer; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 1px; }
table { width: 100%; border-collapse: collapse; }
th, td { text-align: left; vertical-align: top; padding: .3rem .5rem; border-bottom: 1px solid var(--line); }
thead th { position: sticky; top: 0; background: var(--bg); }
td.cell { white-space: nowrap; } td.cell a { font-weight: 600; text-decoration-thickness: 1px; } td.cell .pass, td.cell a.pass, td.cell a.fail, td.cell a.skip { color: inherit; }
td.pass a { color: var(--pass); } td.fail a { color: var(--fail); } td.skip a { color: var(--skip); } td.none a { color: var(--soft); }
.mark { border: 1px solid currentColor; border-radius: .6rem; padding: 0 .4rem; font-size: .8rem; }
[hidden] { display: none !important; }
section.run { border: 1px solid var(--line); border-radius: .4rem; padding: .6rem .9rem; margin: .75rem 0; }
section.run > h3 { margin: 0; font-size: 1rem; }
summary { cursor: pointer; padding: .2rem 0; }
pre, .viewport { font: 12.5px/18px ui-monospace, monospace; background: var(--card); border-radius: .3rem; }
pre { padding: .5rem; margin: .4rem 0; overflow-x: auto; white-space: pre-wrap; }
.viewport { position: relative; height: 60vh; overflow: auto; border: 1px solid var(--line); contain: strict; }
.lines { position: absolute; top: 0; left: 0; min-width: 100%; padding: 0 .5rem; white-space: pre; }
.lines div { height: 18px; } .lines .found { background: #ffd54a; color: #1c2024; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem .8rem; margin: .4rem 0; } dt { color: var(--soft); } dd { margin: 0; min-width: 0; }
@media (max-width: 640px) {
  body { padding: .6rem; }
  thead { display: none; } tr { display: block; padding: .35rem 0; border-bottom: 1px solid var(--line); } th, td { display: block; border: 0; padding: .1rem 0; }
  td.cell::before { content: attr(data-column) ": "; color: var(--soft); } td.cell { white-space: normal; } td.cell.empty { display: none; }
  .viewport { height: 70vh; } dl { grid-template-columns: 1fr; }
}
@media print { .controls { display: none; } }
`
