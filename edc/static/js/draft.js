// <form data-draft-url>: keeps changed fields on the server 2 s after the last key and when the page hides.
// POST JSON {"fields": {name: [value, ...]}} with X-CSRFToken; the answer is {"kept": "14:02", "others": ["K. Osei ...", ...]}.
// <p data-draft-state [data-key-url]>: the state line; GET of the address gives {"owner", "key"} of this person only. With them a
// draft that cannot be sent stays on this device, sealed, until any page of its owner with a state line sends it.
const form = document.querySelector('form[data-draft-url]')
const line = document.querySelector('[data-draft-state]')
const url = form?.dataset.draftUrl
const say = text => { if (line && line.textContent !== text) line.textContent = text }
const alive = new BroadcastChannel('casebook-alive')
const RETRY = 10000
const LIFE = 14 * 86400000
let timer = 0
let leaving = false
let offline = false
let mine = null

const isChanged = c => c.tagName === 'SELECT' ? c.value !== (c.querySelector('[selected]')?.value ?? '')
  : /radio|checkbox/.test(c.type) ? c.checked !== c.defaultChecked : c.type !== 'hidden' && c.value !== c.defaultValue
const changedFields = () => {
  const names = new Set([...form?.elements ?? []].filter(c => c.name && !c.matches('button') && isChanged(c)).map(c => c.name))
  const data = form && new FormData(form)
  return Object.fromEntries([...names].map(name => [name, data.getAll(name)]))
}
const isTyped = () => Object.keys(changedFields()).length > 0

const device = () => new Promise((done, failed) => {
  const asked = indexedDB.open('casebook', 1)
  asked.onupgradeneeded = () => asked.result.createObjectStore('drafts')
  asked.onsuccess = () => done(asked.result)
  asked.onerror = failed
})
const store = async (mode, act) => {
  const base = await device()
  const request = act(base.transaction('drafts', mode).objectStore('drafts'))
  return new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = failed }).finally(() => base.close())
}
const forget = at => store('readwrite', drafts => drafts.delete(at)).catch(() => {})
const cipher = (iv, at) => ({ name: 'AES-GCM', iv, additionalData: new TextEncoder().encode(at) })
const keepHere = async body => {
  if (!mine) return false
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt(cipher(iv, url), mine.key, new TextEncoder().encode(body))
  await store('readwrite', drafts => drafts.put({ iv, sealed, owner: mine.owner, at: Date.now() }, url))
  return true
}
const unseal = (kept, at) => crypto.subtle.decrypt(cipher(kept.iv, at), mine.key, kept.sealed).then(text => new TextDecoder().decode(text), () => null)
const ask = async () => {
  const answer = await fetch(line.dataset.keyUrl, { headers: { Accept: 'application/json' } })
  const given = await answer.json()
  const raw = Uint8Array.from(atob(given.key), c => c.charCodeAt(0))
  mine = { owner: given.owner, key: await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']) }
}

const send = (body, to = url) => fetch(to, {
  method: 'POST', body, keepalive: body.length < 60000,
  headers: { 'Content-Type': 'application/json', 'X-CSRFToken': document.querySelector('meta[name=csrf-token]').content },
}).catch(() => null)
const keep = async () => {
  clearTimeout(timer)
  if (leaving || !isTyped()) return true
  const body = JSON.stringify({ fields: changedFields() })
  const answer = await send(body)
  offline = !answer
  if (answer?.ok) {
    const told = await answer.json()
    say(`Draft kept ${told.kept}. Not in the record until you save.`)
    alive.postMessage('')
    forget(url)
  } else if (answer) say('The draft could not be kept. Save now, or sign in again in another tab and type on.')
  else {
    say(await keepHere(body).catch(() => false) ? 'Offline. Kept on this device.' : 'Offline. Not kept yet: leave this page open.')
    timer = setTimeout(keep, RETRY)
  }
  return !offline
}
const later = () => { clearTimeout(timer); timer = setTimeout(keep, 2000) }
// What this person could not send before goes up now; what belongs to somebody else, or is too old, goes away.
const bringBack = async () => {
  await ask()
  let sent = 0
  for (const at of await store('readonly', drafts => drafts.getAllKeys())) {
    const kept = await store('readonly', drafts => drafts.get(at))
    const body = kept.owner === mine.owner && Date.now() - kept.at < LIFE ? await unseal(kept, at) : null
    if (body && !(await send(body, at))?.ok) continue
    await forget(at)
    if (body) sent += 1
  }
  if (sent && await keep()) location.reload()
}
// A save that cannot arrive would lose the page: it waits here until the draft went up.
const beforeSave = async event => {
  if (leaving || !offline) { leaving = true; clearTimeout(timer); return }
  event.preventDefault()
  if (!await keep()) return
  leaving = true
  form.requestSubmit(event.submitter)
}

if (form) {
  form.addEventListener('input', later)
  form.addEventListener('change', later)
  form.addEventListener('submit', beforeSave)
  document.addEventListener('visibilitychange', () => { if (document.hidden) keep() })
  addEventListener('pageshow', () => { leaving = false })
  addEventListener('online', keep)
}
if (line?.dataset.keyUrl) bringBack().catch(() => {})
