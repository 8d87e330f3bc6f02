// One adverse event. The term (input[data-combobox] with data-index-url) decides which grades are offered.
//   [data-grades]        holds the radios of the grades; digits choose one while the focus is in its group; [data-words-url] says what stands beside each
//   [data-twins]         names the control of the onset; [data-twin] in it is another event of the participant: shown when it has the term and may overlap
//   [data-term-facts]    gets the class of the term; [data-use-term] buttons propose a term
// Without it the server offers the grades of the stored term, and proposals are buttons that post.
const grades = document.querySelector('[data-grades]')
const term = document.querySelector('input[data-combobox][data-index-url]')
const facts = document.querySelector('[data-term-facts]')
let index = null

const load = async () => {
  const answer = index ?? await fetch(term.dataset.indexUrl).then(answer => answer.ok ? answer.json() : []).catch(() => [])
  index = answer
  return answer
}
// "G1-5" or "G1, 3".
const offered = note => {
  const [first, last] = note.slice(1).split('-').map(Number)
  return last ? Array.from({ length: last - first + 1 }, (_, i) => String(first + i)) : note.slice(1).split(', ')
}
const radios = () => [...grades.querySelectorAll('input[type=radio][name$=".grade"][value]:not([value=""])')]
const follow = async () => {
  const found = (await load()).find(([name]) => name.toLowerCase() === term.value.trim().toLowerCase())
  if (facts) facts.textContent = found ? found[1] : ''
  const shown = found ? offered(found[2]) : []
  for (const radio of radios()) radio.closest('label').hidden = Boolean(found) && !shown.includes(radio.value) && !radio.checked
  if (grades.dataset.wordsUrl) await word(found ? found[0] : '')
}
// Words of a term that was left meanwhile come too late.
const word = async name => {
  const words = await fetch(`${grades.dataset.wordsUrl}?term=${encodeURIComponent(name)}`).then(answer => answer.ok ? answer.json() : {}).catch(() => ({}))
  if (name && name.toLowerCase() !== term.value.trim().toLowerCase()) return
  for (const radio of radios()) if (words[radio.value]) radio.closest('label').lastChild.data = words[radio.value]
}
const start = document.getElementsByName(document.querySelector('[data-twins]')?.dataset.twins)[0]
const meet = () => {
  const from = Date.parse(start?.value)
  for (const twin of document.querySelectorAll('[data-twin]')) {
    const isSame = twin.dataset.twin.toLowerCase() === term.value.trim().toLowerCase()
    twin.hidden = !isSame || (twin.dataset.twinEnd && Date.parse(twin.dataset.twinEnd) < from)
  }
}
const choose = event => {
  const group = event.target.closest('[data-grades] fieldset')
  const radio = group && [...group.querySelectorAll('input[type=radio]')].find(one => one.value === event.key && !one.closest('label').hidden)
  if (!radio || event.ctrlKey || event.altKey || event.metaKey || event.target.type !== 'radio') return
  event.preventDefault()
  radio.checked = true
  radio.focus()
  radio.dispatchEvent(new Event('input', { bubbles: true }))
}
if (grades && term) {
  if (document.activeElement === document.body && !location.hash && !term.value) document.querySelector('form[data-form] .cb-item :is(input:not([type=hidden]), textarea)').focus()
  term.addEventListener('change', () => { follow(); meet() })
  start?.addEventListener('change', meet)
  grades.addEventListener('keydown', choose)
  for (const button of document.querySelectorAll('[data-use-term]')) {
    button.addEventListener('click', event => {
      event.preventDefault()
      term.value = button.dataset.useTerm
      for (const name of ['input', 'change']) term.dispatchEvent(new Event(name, { bubbles: true }))
      for (const other of document.querySelectorAll('[data-use-term]')) other.hidden = true
      term.focus()
    })
  }
}
