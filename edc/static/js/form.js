// Form pages: keys, reason for change, No value, item panel. The page works without it.
//   <form data-form>                        Ctrl+S presses its first button, Ctrl+Enter the one with data-save-next
//   .cb-item or .cb-line                    macro item_row, or a line of a sheet; a changed control opens its [data-reason]
//   .cb-item[data-when]                     shown while its condition (JSON) holds for the answers on the page
//   <aside id="item-panel" tabindex="-1">   shows [data-fragment] of the page data-item-url of the item in focus
// Alt+Enter goes into the panel and Esc comes back; - in an empty number, date or time, or Alt+-, opens No value.
const form = document.querySelector('form[data-form]')
const panel = document.getElementById('item-panel')
const policy = window.trustedTypes?.createPolicy('casebook', { createHTML: text => text })
const itemOf = target => target.closest?.('.cb-item, .cb-line')
const answers = item => [...item.querySelectorAll('input, select, textarea')].filter(c => c.type !== 'hidden' && !/\.(reason|confirm)$/.test(c.name))
const changed = c => c.tagName === 'SELECT' ? c.value !== (c.querySelector('[selected]')?.value ?? '')
  : /radio|checkbox/.test(c.type) ? c.checked !== c.defaultChecked : c.value !== c.defaultValue

const askReason = item => {
  const box = item.querySelector('[data-reason]')
  if (box) box.hidden = !box.dataset.asked && !answers(item).some(changed)
}
const offerForAll = box => {
  const open = [...form.querySelectorAll('[data-reason]:not([hidden])')]
  const select = box.querySelector('select')
  box.querySelector('button').hidden = !select.value || !open.some(other => other !== box && !other.querySelector('select').value)
}
const useForAll = box => {
  for (const other of form.querySelectorAll('[data-reason]:not([hidden])')) other.querySelector('select').value = box.querySelector('select').value
  box.querySelector('button').hidden = true
}
// A value and a reason why there is none exclude each other: what was done last stays.
const settleMissing = (item, control) => {
  const missing = item.querySelector('.cb-missing')
  const select = missing?.querySelector('select')
  if (!select || !control.value) return
  const own = answers(item).filter(c => c.name === select.name.replace(/\.missing$/, ''))
  if (control === select) {
    for (const c of own) /radio|checkbox/.test(c.type) ? c.checked = false : c.value = ''
  } else if (select.value && own.includes(control)) { select.value = ''; missing.open = false }
}
const noValue = item => {
  const missing = item.querySelector('.cb-missing')
  if (missing) { missing.open = true; missing.querySelector('select').focus() }
  return missing
}

// What an answer on this page brings up or takes away; what was typed stays and is posted.
const given = name => {
  const field = form.elements[name]
  const controls = field instanceof RadioNodeList ? [...field] : field ? [field] : []
  return controls.filter(c => !/radio|checkbox/.test(c.type) || c.checked).map(c => c.value)
}
const holds = when => typeof when === 'boolean' ? when : when.all ? when.all.every(holds) : when.any ? when.any.some(holds)
  : given(when.name).some(value => when.values.includes(value))
const askWhatApplies = () => {
  for (const item of form.querySelectorAll('[data-when]')) item.dataset.asked = holds(JSON.parse(item.dataset.when)) ? 'yes' : 'no'
}

let shown = ''
let waiting = 0
const showPanel = (url, then) => {
  if (!panel || !url) return
  clearTimeout(waiting)
  waiting = setTimeout(async () => {
    if (shown !== url) {
      panel.setAttribute('aria-busy', 'true')
      const answer = await fetch(url, { headers: { 'X-Fragment': 'panel' } }).catch(() => null)
      const text = answer?.ok ? await answer.text() : ''
      const page = document.createElement('template')
      page.innerHTML = policy ? policy.createHTML(text) : text
      const part = page.content.querySelector('[data-fragment]')
      panel.replaceChildren(part ?? 'The item page cannot be shown here now. The marks of the item lead to it.')
      panel.removeAttribute('aria-busy')
      shown = part ? url : ''
    }
    then?.()
  }, then ? 0 : 250)
}
const beside = () => panel && matchMedia('(min-width: 62rem)').matches
let back = null

const keys = event => {
  const item = itemOf(event.target)
  const press = button => { event.preventDefault(); button?.click() }
  if (event.ctrlKey && event.key === 's') return press(form.querySelector('button:not([type=button])'))
  if (event.ctrlKey && event.key === 'Enter') return press(form.querySelector('[data-save-next]'))
  if (event.key === 'Escape' && panel?.contains(event.target)) return back?.focus()
  if (!item) return
  const empty = event.target.matches('.num:not([data-signed]), .cb-code') && !event.target.value
  if (event.key === '-' && (event.altKey || empty) && noValue(item)) event.preventDefault()
  if (event.key === 'Enter' && event.altKey) {
    event.preventDefault()
    back = event.target
    if (beside()) showPanel(item.dataset.itemUrl, () => panel.focus())
    else if (item.dataset.itemUrl) item.querySelector('[data-panel]')?.click()
  }
}
if (form) {
  document.addEventListener('keydown', keys)
  form.addEventListener('input', event => {
    const item = itemOf(event.target)
    askWhatApplies()
    if (!item) return
    if (answers(item).includes(event.target)) settleMissing(item, event.target)
    askReason(item)
    const box = event.target.closest('[data-reason]')
    if (box) offerForAll(box)
  })
  form.addEventListener('click', event => {
    if (event.target.matches('[data-reason] button')) useForAll(event.target.closest('[data-reason]'))
    const mark = event.target.closest('[data-panel]')
    if (mark && beside()) { event.preventDefault(); back = mark; showPanel(mark.href, () => panel.focus()) }
  })
  form.addEventListener('focusin', event => { if (beside()) showPanel(itemOf(event.target)?.dataset.itemUrl) })
  for (const extra of form.querySelectorAll(':is(.cb-item:not(.is-read), .cb-line) :is(.cb-missing summary, [data-panel])')) extra.tabIndex = -1
  askWhatApplies()
  for (const box of form.querySelectorAll('[data-reason]:not([hidden])')) box.dataset.asked = '1'
}
