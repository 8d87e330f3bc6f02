// Every page. Loaded in the head without defer, so that the device's colours are there before the first paint.
//   <html data-theme="system">                          colours follow the device
//   <body data-idle-seconds data-stay-url>              asks two minutes before the idle sign-out; any tab's act counts
//   <body data-letters>                                 letter shortcuts are on: / goes to Find
//   <a data-dialog="id">                                opens that <dialog>; without script the link is followed
(() => {
  const root = document.documentElement
  if (root.dataset.theme === 'system') {
    const dark = matchMedia('(prefers-color-scheme: dark)')
    const follow = () => { root.dataset.bsTheme = dark.matches ? 'dark' : 'light' }
    follow()
    dark.addEventListener('change', follow)
  }

  const part = (name, text, ...inside) => {
    const made = document.createElement(name)
    made.append(text, ...inside)
    return made
  }
  const WARNING = 120
  const alive = new BroadcastChannel('casebook-alive')
  let timer = 0
  let asking = null

  const stay = async () => {
    const token = document.querySelector('meta[name=csrf-token]').content
    const answer = await fetch(document.body.dataset.stayUrl, { method: 'POST', headers: { 'X-CSRFToken': token } }).catch(() => null)
    if (answer && answer.ok) { alive.postMessage(''); watch() } else location.reload()
  }
  const ask = () => {
    const until = new Date(Date.now() + WARNING * 1000).toTimeString().slice(0, 5)
    const button = part('button', 'Stay signed in')
    button.className = 'btn btn-primary'
    button.addEventListener('click', stay)
    asking = part('dialog', part('h2', 'Are you still here?'),
      part('p', `You are signed out at ${until}. Your answers are kept as a draft.`), button)
    asking.setAttribute('aria-label', 'Are you still here?')
    asking.addEventListener('cancel', stay)
    document.body.append(asking)
    asking.showModal()
    // The page may show study data on a shared screen: it goes when the session goes.
    timer = setTimeout(() => location.reload(), WARNING * 1000 + 2000)
  }
  const watch = () => {
    clearTimeout(timer)
    if (asking) { asking.close(); asking.remove(); asking = null }
    timer = setTimeout(ask, Math.max(Number(document.body.dataset.idleSeconds) - WARNING, 1) * 1000)
  }
  const openDialog = event => {
    const opener = event.target.closest('[data-dialog]')
    const dialog = opener && document.getElementById(opener.dataset.dialog)
    if (!dialog) return
    event.preventDefault()
    dialog.showModal()
    dialog.addEventListener('close', () => opener.focus(), { once: true })
  }
  const keys = event => {
    const find = document.getElementById('find-code')
    const typing = event.target.closest('input, textarea, select, dialog')
    if (event.key !== '/' || typing || !find || !('letters' in document.body.dataset)) return
    event.preventDefault()
    find.focus()
  }
  document.addEventListener('DOMContentLoaded', () => {
    document.addEventListener('click', openDialog)
    document.addEventListener('click', event => event.target.closest('[data-close]')?.closest('dialog')?.close())
    document.addEventListener('keydown', keys)
    if (!document.body.dataset.idleSeconds) return
    watch()
    alive.addEventListener('message', watch)
    alive.postMessage('')
  })
})()
