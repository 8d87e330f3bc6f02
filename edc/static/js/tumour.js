// Tumour assessment: sum and both changes while typing, in exact decimals; the server works them out again on save.
//   [data-tumour][data-baseline="92"][data-lowest="38"]   sums so far as text, "" when there is none
//   [data-target]           one row; input[data-mm], any input[data-fragment], radios or select [data-state]
//   [data-sum] [data-from-baseline] [data-from-lowest]    where the figures are shown
// Keys in a measurement: g gone, t too small, n not evaluable.
const SCALE = 10n ** 6n
const KEYS = { g: 'ABSENT', t: 'TSTM', n: 'NOT_EVALUABLE' }
const TOO_SMALL = 5n * SCALE

const exact = text => {
  const parts = /^\s*(\d+)(?:[.,](\d{0,6}))?\s*$/.exec(text ?? '')
  return parts ? BigInt(parts[1]) * SCALE + BigInt((parts[2] ?? '').padEnd(6, '0')) : null
}
const plain = number => {
  const digits = (number < 0n ? -number : number).toString().padStart(7, '0')
  const tail = digits.slice(-6).replace(/0+$/, '')
  return (number < 0n ? '-' : '') + digits.slice(0, -6) + (tail && '.' + tail)
}
const percent = (change, base) => {
  const size = change < 0n ? -change : change
  const tenths = (size * 2000n + base) / (2n * base)
  return `${tenths === 0n ? '' : change < 0n ? '-' : '+'}${tenths / 10n}.${tenths % 10n} %`
}
const stateOf = row => row.querySelector('select[data-state]')?.value ?? row.querySelector('[data-state]:checked')?.value ?? ''
const fragments = row => [...row.querySelectorAll('input[data-fragment]')].map(input => exact(input.value)).filter(n => n !== null)
const VALUE = {
  MEASURED: row => exact(row.querySelector('[data-mm]').value),
  ABSENT: () => 0n,
  MERGED: () => 0n,
  TSTM: row => exact(row.querySelector('[data-mm]').value) ?? TOO_SMALL,
  SPLIT: row => fragments(row).length ? fragments(row).reduce((a, b) => a + b) : null,
}
const valueOf = row => {
  const state = stateOf(row) || (row.querySelector('[data-mm]').value ? 'MEASURED' : '')
  return VALUE[state]?.(row) ?? null
}
const show = (box, name, text) => { for (const place of box.querySelectorAll(`[data-${name}]`)) place.textContent = text }
const update = box => {
  const values = [...box.querySelectorAll('[data-target]')].map(valueOf)
  const known = values.filter(value => value !== null)
  const sum = known.reduce((a, b) => a + b, 0n)
  const whole = values.length > 0 && known.length === values.length
  const [baseline, lowest] = [exact(box.dataset.baseline), exact(box.dataset.lowest)]
  show(box, 'sum', whole ? plain(sum) : known.length ? `(${plain(sum)}) incomplete, not a lowest` : '')
  show(box, 'from-baseline', whole && baseline ? percent(sum - baseline, baseline) : '')
  const change = whole && lowest !== null ? sum - lowest : null
  show(box, 'from-lowest', change === null ? '' : `${change > 0n ? '+' : ''}${plain(change)} mm${lowest ? ', ' + percent(change, lowest) : ''}`)
}
const setState = (row, state) => {
  const select = row.querySelector('select[data-state]')
  const radio = row.querySelector(`[data-state][value="${state}"]`)
  if (select) select.value = state
  else if (radio) radio.checked = true
  ;(select ?? radio)?.dispatchEvent(new Event('input', { bubbles: true }))
}
for (const box of document.querySelectorAll('[data-tumour]')) {
  box.addEventListener('keydown', event => {
    const row = event.target.closest('[data-target]')
    const state = KEYS[event.key.toLowerCase()]
    if (!row || !state || event.ctrlKey || event.altKey || event.metaKey || !event.target.matches('[data-mm]')) return
    event.preventDefault()
    if (state !== 'TSTM') event.target.value = ''
    setState(row, state)
  })
  box.addEventListener('input', event => {
    const row = event.target.closest('[data-target]')
    if (row && event.target.matches('[data-mm]') && event.target.value && !stateOf(row)) setState(row, 'MEASURED')
    update(box)
  })
  update(box)
}
