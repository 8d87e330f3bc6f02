// ARIA combobox over <select data-combobox> or <input data-combobox data-index-url>.
// The index is JSON: [[term, group, note, [synonym, ...], used], ...]; "used" puts terms in use first;
// [data-used] tells them for this page: {"Fever": 2, ...}.
// The input posts the term as text (the server finds its code); the select keeps its own name and values.
// Keys: Down opens, Enter takes the marked option and never submits, Esc closes, then clears.
const MOST = 8
const inUse = JSON.parse(document.querySelector('[data-used]')?.dataset.used ?? '{}')
const fold = text => text.toLowerCase().normalize('NFD').replace(/[\u0300-\u036f]/g, '')

// 0 start of term, 1 start of a word, 2 synonym, 3 inside, 9 no match.
const rank = (entry, wanted) => {
  const at = entry.text.indexOf(wanted)
  if (at === 0) return 0
  if (at > 0 && (' ' + entry.text.replace(/[^\p{L}\p{N}]/gu, ' ')).includes(' ' + wanted)) return 1
  if (entry.synonyms.some(synonym => (' ' + synonym).includes(' ' + wanted))) return 2
  return at > 0 ? 3 : 9
}
const search = (entries, typed) => {
  const wanted = fold(typed.trim())
  const found = entries.map(entry => [rank(entry, wanted), entry]).filter(([r]) => r < 9)
  return found.sort((a, b) => a[0] - b[0] || b[1].used - a[1].used || (a[1].text < b[1].text ? -1 : 1)).map(([, entry]) => entry)
}
const entry = ([term, group = '', note = '', synonyms = [], used = 0], value = term) =>
  ({ term, group, note, used, value, text: fold(term), synonyms: synonyms.map(fold), words: synonyms })
const make = (name, attributes, text = '') => {
  const made = document.createElement(name)
  for (const key in attributes) made.setAttribute(key, attributes[key])
  made.textContent = text
  return made
}

const setUp = control => {
  const select = control.tagName === 'SELECT' ? control : null
  const input = select ? make('input', { class: 'form-control', type: 'text', id: select.id, autocomplete: 'off' }) : control
  const id = input.id + '-list'
  const list = make('ul', { id, class: 'cb-listbox', role: 'listbox', 'aria-label': 'Matching terms', hidden: '' })
  const count = make('p', { class: 'cb-combo-count', role: 'status' })
  const frame = make('div', { class: 'cb-combo' })
  let entries = select && [...select.options].filter(o => o.value).map(o => entry([o.text], o.value))
  let found = []
  let marked = -1
  let kept = ''

  const load = async () => {
    if (entries) return
    entries = []
    const answer = await fetch(input.dataset.indexUrl).catch(() => null)
    if (answer?.ok) { entries = (await answer.json()).map(row => entry([...row.slice(0, 4), inUse[row[0]] ?? row[4]])); if (input === document.activeElement && input.value) open() }
    else { entries = null; count.textContent = 'The list did not load. Type the whole term; it is looked up when you save.' }
  }
  const close = () => { list.hidden = true; marked = -1; input.setAttribute('aria-expanded', 'false'); input.removeAttribute('aria-activedescendant') }
  const mark = to => {
    marked = (to + list.children.length) % list.children.length
    for (const [i, option] of [...list.children].entries()) option.setAttribute('aria-selected', i === marked)
    input.setAttribute('aria-activedescendant', list.children[marked].id)
    list.children[marked].scrollIntoView({ block: 'nearest' })
  }
  const line = (found, typed, i) => {
    const option = make('li', { role: 'option', id: `${id}-${i}`, 'aria-selected': 'false' })
    const by = !found.text.includes(fold(typed.trim())) && found.words.find(word => (' ' + fold(word)).includes(' ' + fold(typed.trim())))
    option.append(make('span', {}, by ? `${found.term} (for "${by}")` : found.term), make('small', {}, [found.group, found.note].filter(Boolean).join(', ')))
    return option
  }
  const open = () => {
    found = search(entries ?? [], input.value)
    list.replaceChildren(...found.slice(0, MOST).map((entry, i) => line(entry, input.value, i)))
    count.textContent = !entries?.length ? '' : found.length > MOST ? `${MOST} of ${found.length} shown` : found.length ? `${found.length} shown` : 'No term matches. Try another word'
    list.hidden = !found.length
    input.setAttribute('aria-expanded', String(!list.hidden))
    if (found.length) mark(0)
  }
  const take = i => {
    if (!found[i]) return
    input.value = found[i].term
    close()
    count.textContent = ''
    settle()
  }
  const settle = () => {
    const match = entries?.find(entry => entry.text === fold(input.value.trim()))
    if (select && !match && input.value) input.value = select.selectedOptions[0]?.text ?? ''
    const before = kept
    kept = input.value
    if (select && (match || !kept)) select.value = match?.value ?? ''
    if (before === kept) return
    for (const name of ['input', 'change']) (select ?? input).dispatchEvent(new Event(name, { bubbles: true }))
  }
  const keys = event => {
    const act = { ArrowDown: () => list.hidden ? open() : mark(marked + 1), ArrowUp: () => list.hidden || mark(marked - 1),
      Enter: () => list.hidden || take(marked), Escape: () => list.hidden ? (input.value = '', settle()) : close() }[event.key]
    if (!act || event.altKey || event.ctrlKey) return
    event.preventDefault()
    act()
  }

  control.before(frame)
  frame.append(...(select ? [select, input] : [input]), list, count)
  if (select) { select.id += '-value'; select.hidden = true; input.defaultValue = select.selectedOptions[0]?.text ?? '' }
  kept = input.value
  for (const name of ['aria-describedby', 'aria-invalid', 'aria-labelledby']) if (select?.hasAttribute(name)) input.setAttribute(name, select.getAttribute(name))
  for (const [name, value] of Object.entries({ role: 'combobox', 'aria-expanded': 'false', 'aria-controls': id, 'aria-autocomplete': 'list' })) input.setAttribute(name, value)
  input.addEventListener('focus', load)
  input.addEventListener('input', event => { if (event.isTrusted) open() })
  input.addEventListener('keydown', keys)
  input.addEventListener('blur', () => { close(); if (select) settle() })
  list.addEventListener('pointerdown', event => { event.preventDefault(); take([...list.children].indexOf(event.target.closest('li'))) })
}
const setUpIn = part => part.querySelectorAll('[data-combobox]').forEach(setUp)
setUpIn(document)
document.addEventListener('row-added', event => setUpIn(event.target))
