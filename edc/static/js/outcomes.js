// Says what takes more than two seconds: a figure that is being drawn, and a form whose answer is being put together.
const PATIENCE = 2000
for (const image of document.querySelectorAll('img[data-figure]')) {
  const words = image.closest('figure').querySelector('.oc-wait')
  const timer = setTimeout(() => { words.hidden = image.complete }, PATIENCE)
  const done = () => { clearTimeout(timer); words.hidden = true }
  image.addEventListener('load', done)
  image.addEventListener('error', () => { clearTimeout(timer); words.hidden = false; words.textContent = 'The figure could not be drawn. Open this page again, or take its table.' })
}
for (const form of document.querySelectorAll('form[data-wait]')) {
  form.addEventListener('submit', () => setTimeout(() => { form.querySelector('[role=status]').textContent = form.dataset.wait }, PATIENCE))
}
