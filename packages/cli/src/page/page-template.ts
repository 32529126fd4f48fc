/** The page as a template of Eta: `<%= %>` escapes, and nothing is written in another way but our own style and script. */
export const pageTemplate = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-<%= it.styleHash %>'; script-src 'sha256-<%= it.scriptHash %>'; base-uri 'none'; form-action 'none'">
<title><%= it.page.verdict %>: <%= it.show(it.page.title) %></title>
<style><%~ it.style %></style>
</head>
<body>
<header>
<h1><span class="<%= it.kind %>"><%= it.page.verdict %></span> <%= it.show(it.page.title) %></h1>
<p class="soft"><%= it.counts %></p>
</header>
<main>
<div class="controls" role="search">
<input type="search" id="filter" placeholder="Filter tests (press /)" aria-label="Filter tests" autocomplete="off">
<label><input type="checkbox" id="only"> failed only</label>
<span id="shown" class="soft" role="status"></span>
</div>
<table>
<thead><tr><th scope="col">test</th><% for (const column of it.page.columns) { %><th scope="col"><%= it.show(column) %></th><% } %></tr></thead>
<tbody>
<% for (const row of it.page.rows) { %><tr data-kinds="<%= row.cells.map((cell) => cell === undefined ? '' : cell.kind).join(' ') %>"><td><%= it.show(row.name) %></td><% row.cells.forEach((cell, index) => { %><% if (cell === undefined) { %><td class="cell empty"></td><% } else { %><td class="cell <%= cell.kind %>" data-column="<%= it.show(it.page.columns[index]) %>"><a href="#run-<%= cell.run %>"><%= cell.state %></a><% if (cell.seconds !== undefined) { %> <span class="soft"><%= cell.seconds.toFixed(1) %> s</span><% } %><% if (cell.baseline !== undefined) { %> <span class="mark"><%= it.show(cell.baseline) %></span><% } %></td><% } %><% }) %></tr>
<% } %></tbody>
</table>
<% if (it.page.omitted > 0) { %><p class="soft">and <%= it.page.omitted %> results that the document counts and this page does not list</p><% } %>
<h2>Runs</h2>
<% it.page.runs.forEach((run, index) => { const log = it.consoles[index] %><section class="run" id="run-<%= index %>" tabindex="-1">
<h3><span class="<%= run.kind %>"><%= run.verdict %></span> <%= it.show(run.name) %> <span class="soft"><%= it.show(run.column) %><% if (run.seconds !== undefined) { %>, <%= run.seconds.toFixed(1) %> s<% } %></span></h3>
<details class="about"<% if (run.kind === 'fail') { %> open<% } %>><summary>details</summary>
<% if (run.what !== '') { %><p><%= it.show(run.what) %></p><% } %><% if (run.hint !== undefined) { %><p class="soft">Hint: <%= it.show(run.hint) %></p><% } %>
<% for (const report of run.reports) { %><div class="report"><p><strong><%= it.show(report.title) %></strong> <span class="soft"><%= it.show(it.aboutReport(report)) %></span></p><% if (report.trace.length > 0) { %><pre><%= it.show(report.trace.join('\\n')) %></pre><% } %></div>
<% } %><% for (const failure of run.failures) { %><div class="failure"><p><strong><%= it.show(failure.name) %></strong><% if (failure.reason !== undefined) { %> <span class="soft"><%= it.show(failure.reason) %></span><% } %></p><% if (failure.lines.length > 0) { %><pre><%= it.show(failure.lines.join('\\n')) %></pre><% } %></div>
<% } %><% if (run.replay !== undefined) { %><p>Run it again:</p><pre class="replay"><%= it.show(run.replay) %></pre><% } %>
<% if (run.facts.length > 0) { %><dl><% for (const [name, value] of run.facts) { %><dt><%= it.show(name) %></dt><dd><%= it.show(value) %></dd><% } %></dl><% } %>
</details>
<% if (log !== undefined) { %><% if (log.note !== undefined) { %><p class="soft"><%= it.show(log.note) %></p><% } %><% if (log.link !== undefined) { %><p><a href="<%= log.link %>">whole console log</a></p><% } %><% if (log.packed !== undefined) { %><details class="console" data-console="console-<%= index %>"><summary>console</summary>
<div class="controls"><input type="search" aria-label="Search the console" placeholder="Search the console" autocomplete="off"><button type="button" class="previous" aria-label="Previous match">↑</button><button type="button" class="next" aria-label="Next match">↓</button><span class="state soft" role="status"></span></div>
<div class="viewport" tabindex="0" role="log" aria-label="Console"><div class="spacer"></div><div class="lines"></div></div>
<script type="application/gzip;base64" id="console-<%= index %>"><%~ log.packed %></script></details><% } %><% } %>
</section>
<% }) %></main>
<script><%~ it.script %></script>
</body>
</html>
`
