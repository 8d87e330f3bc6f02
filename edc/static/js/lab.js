// Laboratory panel. [data-lab] holds rows [data-test="Creatinine"] with one input[data-result] each, in reading order.
// A column pasted into a result fills downward after a preview; Enter goes to the next result, Ctrl+Enter saves (form.js).
const panel = document.querySelector('[data-lab]')
const results = () => [...panel.querySelectorAll('input[data-result]')]
const nameOf = input => input.closest('[data-test]').dataset.test
const element = (name, ...inside) => { const made = document.createElement(name); made.append(...inside); return made }
const classed = (made, names) => { made.className = names; return made }

const row = (input, text) => element('tr', element('th', nameOf(input)), element('td', input.value || 'empty'), element('td', text))
const preview = (pairs, left) => {
  const accept = classed(element('button', `Fill ${pairs.length} results`), 'btn btn-primary')
  const cancel = classed(element('button', 'Cancel'), 'btn btn-quiet')
  const table = classed(element('table', element('caption', 'The pasted column, from this result down'),
    element('thead', element('tr', element('th', 'Test'), element('th', 'Now'), element('th', 'Pasted'))),
    element('tbody', ...pairs.map(([input, text]) => row(input, text)))), 'table')
  const dialog = element('dialog', table, left ? element('p', `Lines left out, because no test is left for them: ${left}.`) : '',
    classed(element('div', accept, cancel), 'cb-actions'))
  dialog.setAttribute('aria-label', 'Fill results from the pasted column')
  return { dialog, accept, cancel }
}
const fill = pairs => {
  for (const [input, text] of pairs) {
    input.value = text
    input.dispatchEvent(new Event('input', { bubbles: true }))
  }
  pairs.at(-1)[0].focus()
}
const paste = event => {
  const lines = event.clipboardData.getData('text/plain').replace(/\r?\n$/, '').split(/\r?\n/).map(line => line.split('\t')[0].trim())
  if (!event.target.matches('input[data-result]') || lines.length < 2) return
  event.preventDefault()
  const below = results().slice(results().indexOf(event.target))
  const pairs = below.slice(0, lines.length).map((input, i) => [input, lines[i]]).filter(([, text]) => text)
  if (!pairs.length) return
  const { dialog, accept, cancel } = preview(pairs, Math.max(lines.length - below.length, 0))
  document.body.append(dialog)
  dialog.addEventListener('close', () => { dialog.remove(); if (dialog.returnValue === 'fill') fill(pairs); else event.target.focus() })
  accept.addEventListener('click', () => dialog.close('fill'))
  cancel.addEventListener('click', () => dialog.close(''))
  dialog.showModal()
}
if (panel) {
  panel.addEventListener('paste', paste)
  panel.addEventListener('keydown', event => {
    if (event.key !== 'Enter' || event.ctrlKey || event.altKey || !event.target.matches('input[data-result]')) return
    const next = results()[results().indexOf(event.target) + 1]
    if (!next) return
    event.preventDefault()
    next.focus()
    next.select()
  })
}
