// Laboratory panel. [data-lab] holds rows [data-test="Creatinine"] with one input[data-result] each, in reading order.
// A column pasted into a result fills downward after a preview; Enter goes to the next result, Ctrl+Enter saves (form.js).
//   data-units='{"Moores": {"CHEM.ALT": "U/L"}}'   the unit each laboratory reports in; data-lab-control names what chooses it
//   select[data-unit="CHEM.ALT"]                   takes that unit while nobody chose one; Alt+U leads to it
const panel = document.querySelector('[data-lab]')
const results = () => [...panel.querySelectorAll('input[data-result]:enabled')]
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
// A unit that stands ready is no stop on the way from result to result.
const unitOf = input => input.closest('.cb-line')?.querySelector('.cb-unit-select')
const skipReadyUnits = () => { for (const unit of panel.querySelectorAll('.cb-unit-select')) unit.tabIndex = unit.value ? -1 : 0 }
const offered = panel?.dataset.units ? JSON.parse(panel.dataset.units) : {}
const offerUnits = laboratory => {
  for (const unit of panel.querySelectorAll('[data-unit]')) {
    const own = offered[laboratory]?.[unit.dataset.unit]
    if (unit.dataset.chosen || !own) continue
    if (![...unit.options].some(option => option.value === own)) unit.add(new Option(own))
    unit.value = own
  }
  skipReadyUnits()
}
const forgetJudgement = line => { for (const cell of line?.querySelectorAll('[data-judged]') ?? []) cell.textContent = '' }
if (panel) {
  skipReadyUnits()
  document.addEventListener('change', event => {
    if (event.target.name === panel.dataset.labControl) offerUnits(event.target.value)
    if (event.target.matches('[data-unit]')) event.target.dataset.chosen = 'yes'
  })
  panel.addEventListener('input', event => { if (event.target.matches('[data-result], .cb-unit-select')) forgetJudgement(event.target.closest('.cb-line')) })
  panel.addEventListener('keydown', event => {
    const unit = event.altKey && event.code === 'KeyU' && unitOf(event.target)
    if (unit) { event.preventDefault(); unit.focus() }
  })
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
