/** The style of the HTML report. No font, image or rule comes from elsewhere. */
export const HTML_STYLE = `
:root {
  color-scheme: light dark;
  --paper: #fbfaf7; --card: #ffffff; --ink: #1d1c1a; --soft: #5e5a54; --line: #e3dfd7; --tint: #f3f0ea; --link: #1a5a96;
  --critical: #86186a; --high: #b3261e; --medium: #8a5300; --low: #24598a; --good: #1f6b3a; --bad: #b3261e; --warn: #8a5300;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16171a; --card: #1e2024; --ink: #eceae6; --soft: #a8a49d; --line: #34373d; --tint: #272a2f; --link: #8ec2f5;
    --critical: #f09bd8; --high: #ff8f85; --medium: #f0b55e; --low: #8cc0f0; --good: #7ed09a; --bad: #ff8f85; --warn: #f0b55e;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0 auto; padding: 2.5rem 1.25rem 4rem; max-width: 72rem; background: var(--paper); color: var(--ink);
  font: 1rem/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", sans-serif;
}
h1, h2, h3, p, dl, dd, ul { margin: 0; }
h1 { font-size: 1.9rem; line-height: 1.2; font-weight: 650; letter-spacing: -0.015em; overflow-wrap: anywhere; }
h2 { margin: 2.5rem 0 0.75rem; font-size: 1.15rem; font-weight: 650; display: flex; align-items: baseline; gap: 0.6rem; }
h2 span, .count { color: var(--soft); font-weight: 450; font-variant-numeric: tabular-nums; }
a { color: var(--link); text-underline-offset: 0.15em; }
code { font: 0.875em/1.5 ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace; overflow-wrap: anywhere; }
:focus-visible { outline: 3px solid var(--link); outline-offset: 2px; border-radius: 4px; }
.skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: 1rem; background: var(--card); padding: 0.5rem 1rem; }
.facts { margin-top: 0.5rem; color: var(--soft); display: flex; flex-wrap: wrap; gap: 0.15rem 1.25rem; }
.facts code { color: inherit; }
.verdict {
  margin-top: 1.5rem; padding: 1.1rem 1.35rem; background: var(--card); border: 1px solid var(--line);
  border-left: 6px solid var(--mark); border-radius: 10px;
}
.verdict strong { display: block; font-size: 1.3rem; line-height: 1.3; color: var(--mark); }
.good { --mark: var(--good); } .bad { --mark: var(--bad); } .warn { --mark: var(--warn); }
.tiles { margin-top: 1rem; display: grid; grid-template-columns: repeat(auto-fit, minmax(7.5rem, 1fr)); gap: 0.75rem; }
.tiles div { padding: 0.8rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
.tiles dt { color: var(--soft); font-size: 0.85rem; }
.tiles dd { font-size: 1.7rem; line-height: 1.25; font-weight: 600; font-variant-numeric: tabular-nums; color: var(--mark, inherit); }
.tiles .none dd { color: var(--soft); font-weight: 400; }
.critical { --mark: var(--critical); } .high { --mark: var(--high); } .medium { --mark: var(--medium); } .low { --mark: var(--low); }
.notices { margin-top: 1rem; padding: 0.9rem 1.1rem 0.9rem 2.2rem; background: var(--tint); border-radius: 10px; }
.filter {
  position: sticky; top: 0; z-index: 1; margin: 1.75rem -0.75rem 0; padding: 0.75rem; background: var(--paper);
  border-bottom: 1px solid var(--line); display: flex; flex-wrap: wrap; gap: 0.6rem 1rem; align-items: center;
}
.filter[hidden], .check[hidden], tr[hidden], section[hidden] { display: none; }
.filter fieldset { border: 0; margin: 0; padding: 0; display: flex; flex-wrap: wrap; gap: 0.4rem; }
.filter legend, .away { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
.filter label.chip { display: inline-flex; gap: 0.4rem; align-items: center; padding: 0.3rem 0.7rem; border: 1px solid var(--line); border-radius: 99px; background: var(--card); color: var(--mark); font-size: 0.9rem; cursor: pointer; }
.chip input { accent-color: var(--mark); margin: 0; }
.filter input[type="search"], .filter select { font: inherit; font-size: 0.95rem; padding: 0.4rem 0.7rem; border: 1px solid var(--line); border-radius: 8px; background: var(--card); color: var(--ink); min-width: 0; }
.filter input[type="search"] { flex: 1 1 14rem; } .filter select { flex: 0 1 16rem; }
.filter output { color: var(--soft); font-size: 0.9rem; font-variant-numeric: tabular-nums; }
.check { margin-bottom: 0.75rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; content-visibility: auto; contain-intrinsic-size: auto 8rem; }
.check > summary { padding: 0.8rem 1.1rem; cursor: pointer; display: grid; grid-template-columns: 5.5rem minmax(0, 1fr) auto 0.8rem; gap: 0.1rem 0.9rem; align-items: baseline; list-style: none; border-radius: 10px; }
.check > summary::-webkit-details-marker { display: none; }
.check > summary::after { content: ""; grid-area: 1 / 4; align-self: center; width: 0.5rem; height: 0.5rem; border: solid var(--soft); border-width: 0 2px 2px 0; transform: rotate(-45deg); transition: transform 0.15s; }
.check[open] > summary::after { transform: rotate(45deg); }
@media (prefers-reduced-motion: reduce) { .check > summary::after { transition: none; } }
.check > summary:hover { background: var(--tint); }
.badge { justify-self: start; padding: 0.1rem 0.6rem; border: 1px solid currentColor; border-radius: 99px; font-size: 0.8rem; font-weight: 600; color: var(--mark); }
.check h3 { font-size: 1.02rem; font-weight: 600; display: inline; }
.check summary code { grid-column: 2; color: var(--soft); }
.check .body { padding: 0.25rem 1.1rem 1.1rem; border-top: 1px solid var(--line); }
.check .body > p { margin: 0.75rem 0; max-width: 62ch; }
.fix { margin: 0.75rem 0; padding: 0.8rem 1rem; background: var(--tint); border-radius: 8px; display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 0.35rem 1rem; }
.fix dt { color: var(--soft); } .fix dd { overflow-wrap: anywhere; }
.fix code { white-space: pre-wrap; }
table { width: 100%; border-collapse: collapse; font-size: 0.94rem; }
th { text-align: left; font-weight: 500; color: var(--soft); font-size: 0.85rem; }
th, td { padding: 0.5rem 0.9rem 0.5rem 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; }
tbody tr:last-child td { border-bottom: 0; }
td.number, th.number { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.check table { table-layout: fixed; } .check th:nth-child(1) { width: 38%; } .check th:nth-child(2) { width: 20%; }
.place { color: var(--soft); font-size: 0.88rem; }
td ul { padding: 0; list-style: none; } td li + li { margin-top: 0.2rem; }
.note { display: inline-block; margin-top: 0.2rem; color: var(--soft); font-size: 0.88rem; }
.basis { color: var(--soft); font-size: 0.88rem; }
.panel { padding: 0.4rem 1.1rem; background: var(--card); border: 1px solid var(--line); border-radius: 10px; overflow-x: auto; }
.types { columns: 18rem; padding: 0.6rem 0; list-style: none; } .types li { break-inside: avoid; }
footer { margin-top: 3rem; color: var(--soft); font-size: 0.9rem; }
@media (max-width: 40rem) {
  body { padding-top: 1.25rem; }
  h1 { font-size: 1.5rem; }
  .tiles { grid-template-columns: repeat(2, 1fr); gap: 0.5rem; } .tiles div:last-child:nth-child(odd) { grid-column: 1 / -1; }
  .filter { position: static; }
  .filter input[type="search"], .filter select { flex: 1 1 100%; }
  .check > summary { grid-template-columns: minmax(0, 1fr) auto 0.8rem; } .check > summary .count { grid-area: 1 / 2; } .check > summary::after { grid-area: 1 / 3; }
  .check > summary .title, .check summary code { grid-column: 1 / -1; }
  .fix { grid-template-columns: minmax(0, 1fr); gap: 0.1rem; } .fix dd + dt { margin-top: 0.5rem; }
  .check thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .check table, .check tbody, .check tr, .check td { display: block; width: auto; }
  .check tr { padding: 0.6rem 0; border-bottom: 1px solid var(--line); } .check tbody tr:last-child { border-bottom: 0; }
  .check td { padding: 0.1rem 0; border: 0; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --tint: #f5f5f5; --ink: #000; --soft: #444; --line: #ccc; --link: #000;
    --critical: #86186a; --high: #b3261e; --medium: #8a5300; --low: #24598a; --good: #1f6b3a; --bad: #b3261e; --warn: #8a5300; color-scheme: light; }
  body { max-width: none; padding: 0; font-size: 10pt; }
  .filter, .skip, .check > summary::after { display: none; }
  .check { break-inside: auto; content-visibility: visible; } .check > summary, tr, .verdict, .tiles div { break-inside: avoid; }
  .check > summary { break-after: avoid; }
}
`

/**
 * What makes the page more than text: filters, and open sections when it is printed. Constant: nothing of a report is in
 * it, so that its hash can stand in the page's policy. Without it the page only lacks the filters.
 */
export const HTML_SCRIPT = `
'use strict'
const form = document.querySelector('.filter')
const groups = [...document.querySelectorAll('.check')].map((element) => ({
  element,
  head: element.querySelector('summary').textContent.toLowerCase(),
  rows: [...element.querySelectorAll('tbody tr')],
}))
const texts = new WeakMap()
const textOf = (row) => {
  if (!texts.has(row)) texts.set(row, row.textContent.toLowerCase())
  return texts.get(row)
}
const filter = () => {
  const data = new FormData(form)
  const severities = new Set(data.getAll('severity'))
  const check = data.get('check')
  const words = data.get('text').toLowerCase().split(/\\s+/).filter(Boolean)
  let shown = 0
  let all = 0
  for (const { element, head, rows } of groups) {
    const wanted = severities.has(element.dataset.severity) && (check === '' || check === element.dataset.check)
    let visible = 0
    for (const row of rows) {
      const hit = wanted && words.every((word) => head.includes(word) || textOf(row).includes(word))
      row.hidden = !hit
      if (hit) visible += 1
    }
    element.hidden = visible === 0
    if (visible > 0 && words.length > 0) element.open = true
    shown += visible
    all += rows.length
  }
  for (const section of document.querySelectorAll('main > section')) {
    section.hidden = section.querySelector('.check:not([hidden])') === null
  }
  form.querySelector('output').textContent = shown === all ? all + ' results' : shown + ' of ' + all + ' results'
}
if (form !== null && groups.length > 0) {
  let timer
  form.hidden = false
  form.addEventListener('input', () => { clearTimeout(timer); timer = setTimeout(filter, 120) })
  form.addEventListener('submit', (event) => event.preventDefault())
  filter()
}
let closed = []
addEventListener('beforeprint', () => {
  closed = [...document.querySelectorAll('details:not([open])')]
  for (const details of closed) details.open = true
})
addEventListener('afterprint', () => { for (const details of closed) details.open = false })
`
