// Dose grid. Everything is a plain form without it; the server reads the same fields.
//   [data-dose-grid]          data-now="2024-02-01T08:30" (site time), data-interval and data-gap in minutes (gap: amber above it)
//     fieldset[data-slot="3"] data-plan="2024-01-30T00:00" ("" while unknown), and in it
//       input[data-start]       the time, "0815" or "8:15"; the date nearest to the plan is shown in .cb-weekday
//       input[data-origin]      hidden; becomes "accepted proposal" when = took the plan time
//       .cb-state               the word of the status, copied from the label of its radio
//     [data-slot-panel="3"]   radios [data-status] (GIVEN, HELD, NOT_REACHED, ""), select[data-hold-reason],
//                             [data-start-more] with input[data-start-date] (a date that is not the nearest to plan),
//                             details.cb-missing (a time that is not known) and [data-reason]; [data-slot-note] for the amber sentence
//     select[data-stop-reason], [data-full-dose] input, [data-count="GIVEN"] text, input[data-first-plan] (ISO or 29 jan 2024 0800)
// Keys in a start field: = plan time, n now, h held, x stopped from here, - time not known, Enter or arrows next slot,
// Alt+Enter panel (Esc back). Enter in a reason goes on. Ctrl+Z outside text takes the last act back.
const MINUTE = 60000
const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec'
const grid = document.querySelector('[data-dose-grid]')
const opened = Date.now()
const undo = []

// Site times are kept as if they were UTC: only differences and weekdays are wanted of them.
const stamp = text => text ? Date.parse(text + ':00Z') : NaN
const two = number => String(number).padStart(2, '0')
const clock = at => two(new Date(at).getUTCHours()) + ':' + two(new Date(at).getUTCMinutes())
const minutes = text => {
  const parts = /^\s*(\d{1,2}):?(\d{2})\s*$/.exec(text)
  return parts && parts[1] < 24 && parts[2] < 60 ? parts[1] * 60 + Number(parts[2]) : null
}
const firstPlan = text => {
  const iso = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}):?(\d{2})$/.exec(text.trim())
  const word = /^(\d{1,2}) ?([a-z]{3}) ?(\d{4}) (\d{2}):?(\d{2})$/i.exec(text.trim())
  const month = word && MONTHS.indexOf(word[2].toLowerCase()) / 3
  if (iso) return stamp(`${iso[1]}T${iso[2]}:${iso[3]}`)
  return word && Number.isInteger(month) && month >= 0 ? Date.UTC(word[3], month, word[1], word[4], word[5]) : NaN
}
const span = ms => `${Math.floor(ms / MINUTE / 60)} h ${two(Math.round(ms / MINUTE) % 60)} min`

const slots = () => [...grid.querySelectorAll('[data-slot]')]
const startOf = slot => slot.querySelector('[data-start]')
const panelOf = slot => grid.querySelector(`[data-slot-panel="${slot.dataset.slot}"]`)
const radiosOf = slot => [...panelOf(slot).querySelectorAll('[data-status]')]
const statusOf = slot => radiosOf(slot).find(radio => radio.checked)?.value ?? ''
const slotOf = part => {
  const panel = part?.closest('[data-slot-panel]')
  return panel && slots().find(slot => slot.dataset.slot === panel.dataset.slotPanel)
}
const moreOf = slot => panelOf(slot).querySelector('[data-start-more]')
const dateOf = slot => moreOf(slot)?.querySelector('[data-start-date]')?.value ?? ''
const setStatus = (slot, value) => {
  const radio = radiosOf(slot).find(one => one.value === value)
  if (radio && !radio.checked) { radio.checked = true; radio.dispatchEvent(new Event('input', { bubbles: true })) }
}
const timeOf = (slot, before) => {
  const at = minutes(startOf(slot).value)
  if (at !== null && dateOf(slot)) return firstPlan(`${dateOf(slot)} ${clock(at * MINUTE)}`)
  const near = stamp(slot.dataset.plan) || before + grid.dataset.interval * MINUTE || NaN
  if (at === null || Number.isNaN(near)) return NaN
  const midnight = near - near % (1440 * MINUTE)
  return [-1, 0, 1].map(day => midnight + (day * 1440 + at) * MINUTE).reduce((a, b) => Math.abs(b - near) < Math.abs(a - near) ? b : a)
}

const show = () => {
  const counts = { GIVEN: 0, HELD: 0, NOT_REACHED: 0 }
  let [before, last, since] = [NaN, '', NaN]
  for (const slot of slots()) {
    const [status, at, panel] = [statusOf(slot), timeOf(slot, before), panelOf(slot)]
    const late = status === 'GIVEN' && at - since > grid.dataset.gap * MINUTE
    const word = radiosOf(slot).find(radio => radio.checked && radio.value)
    slot.dataset.state = late ? 'late' : { GIVEN: 'given', HELD: 'held', NOT_REACHED: 'stopped' }[status] ?? ''
    slot.querySelector('.cb-plan').textContent = slot.dataset.plan ? clock(stamp(slot.dataset.plan)) : ''
    slot.querySelector('.cb-weekday').textContent = Number.isNaN(at) ? '' : DAYS[new Date(at).getUTCDay()]
    slot.querySelector('.cb-state').textContent = word ? word.dataset.word ?? word.parentElement.textContent.trim() : ''
    panel.querySelector('[data-slot-note]').textContent = late
      ? `${span(at - since)} after dose ${last}; the plan is ${span(grid.dataset.interval * MINUTE)}. Correct the time, or say why in the comment.` : ''
    if (status) counts[status] += 1
    if (status === 'GIVEN' && !Number.isNaN(at)) [before, last, since] = [at, slot.dataset.slot, at]
    if (status === 'HELD') since = NaN
  }
  for (const place of grid.querySelectorAll('[data-count]')) place.textContent = counts[place.dataset.count]
}
const open = slot => {
  for (const other of slots()) {
    other.classList.toggle('is-current', other === slot)
    panelOf(other).hidden = other !== slot
  }
}

const fields = () => [...grid.querySelectorAll('input, select, textarea')]
const remember = () => undo.push(fields().map(f => [f, f.value, f.checked]))
const restore = () => { for (const [f, value, checked] of undo.pop() ?? []) { f.value = value; f.checked = checked } }
// A stored start that is changed asks why, in the panel of its dose; a time and a reason why there is none exclude each other.
const askReason = slot => {
  const box = moreOf(slot)?.querySelector('[data-reason]')
  if (box && !box.dataset.asked) box.hidden = startOf(slot).value === startOf(slot).defaultValue
}
const stopLater = slot => {
  for (const other of slots().slice(slots().indexOf(slot))) if (!startOf(other).value && !statusOf(other)) setStatus(other, 'NOT_REACHED')
}
const missingOf = slot => moreOf(slot)?.querySelector('.cb-missing') ?? panelOf(slot).querySelector('.cb-missing')
const told = () => grid.dispatchEvent(new Event('input', { bubbles: true }))
const go = to => { const next = slots()[to]; if (next) { startOf(next).focus(); startOf(next).select() } return Boolean(next) }
const fill = (slot, text, origin) => {
  startOf(slot).value = text
  slot.querySelector('[data-origin]').value = origin
  setStatus(slot, 'GIVEN')
}
const ACTS = {
  '=': slot => slot.dataset.plan && fill(slot, clock(stamp(slot.dataset.plan)), 'accepted proposal'),
  n: slot => fill(slot, clock(stamp(grid.dataset.now) + Date.now() - opened), ''),
  h: slot => { startOf(slot).value = ''; setStatus(slot, 'HELD'); panelOf(slot).querySelector('[data-hold-reason]').focus() },
  x: slot => {
    if (!startOf(slot).value) setStatus(slot, 'NOT_REACHED')
    stopLater(slot)
    grid.querySelector('[data-stop-reason]')?.focus()
  },
  '-': slot => { const missing = missingOf(slot); missing.open = true; setStatus(slot, 'GIVEN'); missing.querySelector('select').focus() },
}
// A letter inside a time is a slip, not an act.
const isFree = field => !field.value || (field.selectionStart === 0 && field.selectionEnd === field.value.length)
const keysInStart = (event, slot) => {
  const at = slots().indexOf(slot)
  const step = { Enter: 1, ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
  if (event.key === 'Enter' && event.altKey) panelOf(slot).querySelector('input:checked, input, select').focus()
  else if (ACTS[event.key.toLowerCase()] && isFree(event.target)) { remember(); ACTS[event.key.toLowerCase()](slot); told() }
  else if (step) { if (!go(at + step) && event.key === 'Enter') grid.querySelector('[data-full-dose] input')?.focus() }
  else return
  event.preventDefault()
}
const keys = event => {
  const slot = event.target.matches('[data-start]') && event.target.closest('[data-slot]')
  if (event.ctrlKey && event.key === 'z' && undo.length) { event.preventDefault(); restore(); return told() }
  if (event.ctrlKey || event.metaKey || (event.altKey && event.key !== 'Enter')) return
  if (slot) return keysInStart(event, slot)
  const at = slots().indexOf(slotOf(event.target))
  if (event.key === 'Escape' && at >= 0) return void go(at)
  if (event.key !== 'Enter' || !event.target.matches('[data-hold-reason], [data-stop-reason], .cb-missing select')) return
  event.preventDefault()
  if (event.target.matches('[data-stop-reason]') || !go(at + 1)) grid.querySelector('[data-full-dose] input')?.focus()
}

if (grid) {
  document.documentElement.classList.add('cb-js')
  grid.addEventListener('keydown', keys)
  grid.addEventListener('focusin', event => {
    const slot = event.target.closest('[data-slot]')
    if (slot) open(slot)
  })
  grid.addEventListener('input', event => {
    const slot = event.target.matches('[data-start]') && event.target.closest('[data-slot]')
    if (slot) { slot.querySelector('[data-origin]').value = ''; setStatus(slot, startOf(slot).value ? 'GIVEN' : '') }
    if (slot && startOf(slot).value) missingOf(slot).querySelector('select').value = ''
    const own = event.isTrusted ? slotOf(event.target) : null
    if (own && event.target.matches('[data-status][value=NOT_REACHED]')) stopLater(own)
    if (own && event.target.closest('[data-start-more] .cb-missing') && event.target.value) startOf(own).value = ''
    for (const other of slots()) askReason(other)
    const first = event.target.matches('[data-first-plan]') ? firstPlan(event.target.value) : NaN
    if (!Number.isNaN(first)) slots().forEach((other, i) => { other.dataset.plan = new Date(first + i * grid.dataset.interval * MINUTE).toISOString().slice(0, 16) })
    show()
  })
  // What a link of the page leads to may stand in a panel that is closed.
  const goTo = id => {
    const target = id ? document.getElementById(id) : null
    const slot = slotOf(target)
    if (!slot) return false
    open(slot)
    for (let part = target.closest('details'); part; part = part.parentElement.closest('details')) part.open = true
    if (target === panelOf(slot)) startOf(slot).focus(); else target.focus()
    return true
  }
  document.addEventListener('click', event => {
    const link = event.target.closest('a[href^="#"]')
    if (link && goTo(link.hash.slice(1))) event.preventDefault()
  })
  const asked = slots().find(slot => panelOf(slot).querySelector('[data-reason]:not([hidden])'))
  open(slots().find(slot => slot.classList.contains('has-error')) ?? asked ?? slots().find(slot => !statusOf(slot)) ?? slots()[0])
  const first = grid.querySelector('[data-first-plan]')
  const next = first?.value === '' ? first : slots().find(slot => !statusOf(slot))?.querySelector('[data-start]')
  if (!goTo(location.hash.slice(1)) && document.activeElement === document.body) next?.focus()
  show()
}
