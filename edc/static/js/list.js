// <ol data-list> or <tbody data-list> with [data-row]: j and k move while the list has the focus, a letter presses the
// button or link of the row with data-key="v". Only with <body data-letters> (account setting); never while typing.
const rows = list => [...list.querySelectorAll('[data-row]')]
const focusRow = row => row?.querySelector('a, button')?.focus()
for (const list of document.querySelectorAll('[data-list]')) {
  list.addEventListener('keydown', event => {
    const row = event.target.closest('[data-row]')
    const typing = event.target.closest('input, textarea, select')
    if (!row || typing || event.ctrlKey || event.altKey || event.metaKey || !('letters' in document.body.dataset)) return
    const at = rows(list).indexOf(row)
    const act = /^[a-z]$/.test(event.key) && row.querySelector(`[data-key="${event.key}"]`)
    if (event.key === 'j') focusRow(rows(list)[at + 1])
    else if (event.key === 'k') focusRow(rows(list)[at - 1])
    else if (act) act.click()
    else return
    event.preventDefault()
  })
}
