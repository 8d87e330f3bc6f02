// <form data-draft-url [data-draft-key]>: keeps changed fields on the server 2 s after the last key and when the page hides.
// POST JSON {"fields": {name: [value, ...]}} with X-CSRFToken; the answer is {"kept": "14:02"}. The state line is [data-draft-state].
// data-draft-key (base64, 32 bytes, of this user only) lets an offline draft stay on this device, encrypted, until the server has it.
const form = document.querySelector('form[data-draft-url]')
const line = document.querySelector('[data-draft-state]')
const url = form?.dataset.draftUrl
const say = text => { if (line && line.textContent !== text) line.textContent = text }
const alive = new BroadcastChannel('casebook-alive')
const RETRY = 10000
let timer = 0
let leaving = false

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
  const request = act((await device()).transaction('drafts', mode).objectStore('drafts'))
  return new Promise((done, failed) => { request.onsuccess = () => done(request.result); request.onerror = failed })
}
const key = () => crypto.subtle.importKey('raw', Uint8Array.from(atob(form.dataset.draftKey), c => c.charCodeAt(0)), 'AES-GCM', false, ['encrypt', 'decrypt'])
const keepHere = async body => {
  if (!form.dataset.draftKey) return false
  const iv = crypto.getRandomValues(new Uint8Array(12))
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await key(), new TextEncoder().encode(body))
  return store('readwrite', drafts => drafts.put({ iv, sealed }, url)).then(() => true)
}
const keptHere = async () => {
  const kept = form.dataset.draftKey && await store('readonly', drafts => drafts.get(url))
  if (!kept) return null
  return crypto.subtle.decrypt({ name: 'AES-GCM', iv: kept.iv }, await key(), kept.sealed).then(text => new TextDecoder().decode(text), () => null)
}
const forget = () => form.dataset.draftKey && store('readwrite', drafts => drafts.delete(url)).catch(() => {})

const send = body => fetch(url, {
  method: 'POST', body, keepalive: body.length < 60000,
  headers: { 'Content-Type': 'application/json', 'X-CSRFToken': document.querySelector('meta[name=csrf-token]').content },
})
const keep = async () => {
  clearTimeout(timer)
  const fields = changedFields()
  if (leaving || !Object.keys(fields).length) return
  const body = JSON.stringify({ fields })
  const answer = await send(body).catch(() => null)
  if (answer?.ok) {
    say(`Draft kept ${(await answer.json()).kept}. Not in the record until you save.`)
    alive.postMessage('')
    forget()
  } else if (answer) say('The draft could not be kept. Save now, or sign in again in another tab and type on.')
  else {
    say(await keepHere(body).catch(() => false) ? 'Offline. Kept on this device.' : 'Offline. Not kept yet: leave this page open.')
    timer = setTimeout(keep, RETRY)
  }
}
const later = () => { clearTimeout(timer); timer = setTimeout(keep, 2000) }
const bringBack = async () => {
  const body = await keptHere().catch(() => null)
  if (!body || !(await send(body).catch(() => null))?.ok) return
  await forget()
  location.reload()
}

if (form) {
  form.addEventListener('input', later)
  form.addEventListener('change', later)
  form.addEventListener('submit', () => { leaving = true; clearTimeout(timer); forget() })
  document.addEventListener('visibilitychange', () => { if (document.hidden) keep() })
  addEventListener('pageshow', () => { leaving = false })
  addEventListener('online', keep)
  bringBack()
}
