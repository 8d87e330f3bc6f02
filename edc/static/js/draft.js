// <form data-draft-url>: keeps changed fields on the server 2 s after the last key and when the page hides.
// POST JSON {"fields": {name: [value, ...]}} with X-CSRFToken; the answer is {"kept": "14:02", "others": [sentence]},
// and [data-presence] says who else has the form open.
// <p data-draft-state data-key-url>: the state line; the address gives {"owner", "key"} of this person only. A draft that cannot
// be sent stays on this device, sealed with the key, until any page of its owner sends it.
const form = document.querySelector('form[data-draft-url]')
const line = document.querySelector('[data-draft-state]')
const others = document.querySelector('[data-presence]')
const url = form?.dataset.draftUrl
const say = text => { if (line.textContent !== text) line.textContent = text }
const alive = new BroadcastChannel('casebook-alive')
const JSON_TYPE = 'application/json'
const RETRY = 10000
const LIFE = 14 * 86400000
let timer = 0
let leaving = false
let offline = false
let mine = null

const isChanged = c => c.tagName === 'SELECT' ? c.value !== (c.querySelector('[selected]')?.value ?? '')
  : /radio|checkbox/.test(c.type) ? c.checked !== c.defaultChecked : c.type !== 'hidden' && c.value !== c.defaultValue
const changedFields = () => {
  const names = new Set([...form.elements].filter(c => c.name && !c.matches('button') && isChanged(c)).map(c => c.name))
  const data = new FormData(form)
  return Object.fromEntries([...names].map(name => [name, data.getAll(name)]))
}

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
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt(cipher(iv, url), mine.key, new TextEncoder().encode(body))
  await store('readwrite', drafts => drafts.put({ iv, sealed, owner: mine.owner, at: Date.now() }, url))
  return true
}
const unseal = (kept, at) => crypto.subtle.decrypt(cipher(kept.iv, at), mine.key, kept.sealed).then(text => new TextDecoder().decode(text), () => null)

const send = (body, to = url) => fetch(to, {
  method: 'POST', body, keepalive: body.length < 60000,
  headers: { Accept: JSON_TYPE, 'Content-Type': JSON_TYPE, 'X-CSRFToken': document.querySelector('meta[name=csrf-token]').content },
}).catch(() => null)
// A locked screen answers with another page.
const isKept = answer => answer?.ok && !answer.redirected
// Whether nothing is left that the server does not have.
const keep = async () => {
  clearTimeout(timer)
  const fields = form ? changedFields() : {}
  if (leaving || !Object.keys(fields).length) return true
  const body = JSON.stringify({ fields })
  const answer = await send(body)
  offline = !answer
  if (isKept(answer)) {
    const told = await answer.json()
    say(`Draft kept ${told.kept}. Not in the record until you save.`)
    if (others) { others.textContent = told.others.join(' '); others.hidden = !told.others.length }
    alive.postMessage('')
    forget(url)
    return true
  }
  const here = await keepHere(body).catch(() => false)
  if (answer) say(`The draft ${here ? 'is kept on this device only' : 'could not be kept'}. Save now, or sign in again in another tab and type on.`)
  else {
    say(here ? 'Offline. Kept on this device.' : 'Offline. Not kept yet: leave this page open.')
    timer = setTimeout(keep, RETRY)
  }
  return false
}
const later = () => { clearTimeout(timer); timer = setTimeout(keep, 2000) }
// What this person could not send goes up now; what is somebody else's, or too old, goes away.
const bringBack = async () => {
  const held = await store('readonly', drafts => drafts.getAllKeys())
  if (!form && !held.length) return
  const given = await (await fetch(line.dataset.keyUrl, { headers: { Accept: JSON_TYPE } })).json()
  const raw = Uint8Array.from(atob(given.key), c => c.charCodeAt(0))
  mine = { owner: given.owner, key: await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']) }
  let sent = 0
  for (const at of held) {
    const kept = await store('readonly', drafts => drafts.get(at))
    const body = kept.owner === mine.owner && Date.now() - kept.at < LIFE ? await unseal(kept, at) : null
    if (body && !isKept(await send(body, at))) continue
    await forget(at)
    if (body) sent += 1
  }
  if (sent && await keep()) location.reload()
}
// A save that cannot arrive would lose the page: it waits until the draft went up.
const save = async event => {
  if (leaving || (!offline && navigator.onLine)) { leaving = true; clearTimeout(timer); return }
  event.preventDefault()
  if (!await keep()) return
  leaving = true
  form.requestSubmit(event.submitter)
}

if (form) {
  form.addEventListener('input', later)
  form.addEventListener('change', later)
  form.addEventListener('submit', save)
  document.addEventListener('visibilitychange', () => { if (document.hidden) keep() })
  addEventListener('pageshow', () => { leaving = false })
  addEventListener('online', keep)
}
if (line?.dataset.keyUrl) bringBack().catch(() => {})
