// Form pages while answers are entered: items that other answers bring up, rows of groups, how a date was understood.
//   <fieldset data-when="{...}">      {"name": control, "values": [...]}, {"all": [...]}, {"any": [...]} or true / false
//   <section data-group="GRADE">      its button name=add brings up the row of its <template> with the next free number
//   .cb-code input beside .cb-echo    Mon 22 Jan 2024
// Without it the server shows what is asked now after each save, and the add button saves and brings a blank row.
const form = document.querySelector('form[data-form]')
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']

const given = name => new FormData(form).getAll(name)
const holds = when => typeof when === 'boolean' ? when
  : when.all ? when.all.every(holds) : when.any ? when.any.some(holds) : given(when.name).some(value => when.values.includes(value))
// A hidden item is disabled, so that nothing is sent for it: what is stored there stays.
const showAsked = () => {
  for (const box of form.querySelectorAll('[data-when]')) {
    const asked = holds(JSON.parse(box.dataset.when))
    box.hidden = box.disabled = !asked
  }
}
// An item can bring up one that stands before it, so look again until nothing moves.
const settle = () => {
  for (let turn = 0; turn < 5; turn += 1) {
    const before = [...form.querySelectorAll('[data-when]')].map(box => box.hidden).join()
    showAsked()
    if (before === [...form.querySelectorAll('[data-when]')].map(box => box.hidden).join()) return
  }
}

const ATTRIBUTES = ['id', 'name', 'for', 'data-item', 'data-row', 'data-when', 'aria-describedby', 'aria-labelledby', 'href']
const addRow = button => {
  const section = button.closest('[data-group]')
  const rows = [...section.querySelectorAll('[data-row^=new]')].map(row => Number(row.dataset.row.slice(3)))
  const template = section.querySelector('template')
  const shown = template.content.firstElementChild.dataset.row
  const key = 'new' + (1 + Math.max(0, ...rows))
  const row = template.content.cloneNode(true)
  for (const element of row.querySelectorAll('*')) {
    for (const name of ATTRIBUTES) {
      const text = element.getAttribute(name)
      if (text?.includes(shown)) element.setAttribute(name, text.replaceAll(shown, key))
    }
  }
  button.parentElement.before(row)
  const added = section.querySelector(`[data-row=${key}]`)
  added.dispatchEvent(new Event('row-added', { bubbles: true }))
  settle()
  added.querySelector(':is(input:not([type=hidden]), select, textarea):enabled')?.focus()
}

const dateOf = text => {
  const back = /^t(?:-(\d{1,3}))?$/i.exec(text)
  if (back) { const day = new Date(); day.setDate(day.getDate() - Number(back[1] ?? 0)); return day }
  const iso = /^(\d{4})-(\d{2})-(\d{2})/.exec(text)
  const words = /^(\d{1,2})[ -]?([a-z]{3})[a-z]*[ -]?(\d{4})/i.exec(text)
  const [year, month, number] = iso ? [iso[1], iso[2] - 1, iso[3]] : words ? [words[3], MONTHS.indexOf(words[2].toLowerCase()), words[1]] : [NaN]
  const day = new Date(Number(year), month, Number(number))
  return day.getMonth() === Number(month) && day.getDate() === Number(number) ? day : null
}
const echo = control => {
  const line = control.matches('.cb-code') && control.closest('.cb-item')?.querySelector('.cb-echo')
  if (!line) return
  const day = dateOf(control.value.trim())
  line.textContent = day ? day.toLocaleDateString('en-GB', { weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }).replace(',', '') : ''
}

if (form) {
  form.addEventListener('input', event => { settle(); echo(event.target) })
  form.addEventListener('click', event => {
    if (!event.target.matches('[data-group] button[name=add]')) return
    event.preventDefault()
    addRow(event.target)
  })
  settle()
  for (const control of form.querySelectorAll('.cb-code')) echo(control)
}
