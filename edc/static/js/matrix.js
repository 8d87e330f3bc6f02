// <table class="cb-matrix">: arrow keys move between the cells as an extra to Tab; Home and End go along the row.
const linkIn = cell => cell?.querySelector('a')
const walk = (cell, key) => {
  const row = cell.parentElement
  const column = [...row.cells].indexOf(cell)
  const rows = [...cell.closest('table').rows]
  const steps = { ArrowRight: [0, 1], ArrowLeft: [0, -1], ArrowDown: [1, 0], ArrowUp: [-1, 0] }
  if (key === 'Home' || key === 'End') return linkIn(key === 'Home' ? row.cells[0] : [...row.cells].findLast(linkIn))
  if (!steps[key]) return null
  let [r, c] = [rows.indexOf(row), column]
  for (;;) {
    r += steps[key][0]
    c += steps[key][1]
    if (!rows[r] || !rows[r].cells[c]) return null
    const link = linkIn(rows[r].cells[c])
    if (link) return link
  }
}
for (const table of document.querySelectorAll('.cb-matrix')) {
  table.addEventListener('keydown', event => {
    const cell = event.target.closest('td, th')
    const next = cell && !event.ctrlKey && !event.altKey && !event.metaKey && walk(cell, event.key)
    if (!next) return
    event.preventDefault()
    next.focus()
  })
}
