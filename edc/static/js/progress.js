// .cb-progress[data-poll-url]: asks every 3 s, stretching to 15 s; rests while the page is hidden; reloads when done.
for (const box of document.querySelectorAll('.cb-progress[data-poll-url]')) {
  const bar = box.querySelector('progress')
  let wait = 3000
  let timer = 0
  const show = state => {
    bar.max = state.max || 1
    bar.value = state.value
    box.querySelector('p').textContent = state.text
  }
  const ask = async () => {
    const answer = await fetch(box.dataset.pollUrl, { headers: { Accept: 'application/json' } }).catch(() => null)
    const state = answer?.ok ? await answer.json() : null
    if (state?.done) return location.reload()
    if (state) show(state)
    wait = Math.min(wait * 1.25, 15000)
    return later()
  }
  const later = () => { clearTimeout(timer); if (!document.hidden) timer = setTimeout(ask, wait) }
  document.addEventListener('visibilitychange', later)
  later()
}
