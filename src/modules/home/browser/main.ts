/** The page at `/` works without this: it copies calls, and shows the state of the server. */
import './styles.css'

const SHOWN_MS = 2_500

for (const button of document.querySelectorAll<HTMLButtonElement>('button[data-copy]')) {
  button.hidden = false
  button.addEventListener('click', () => void copy(button))
}
if (document.querySelector('[data-check]') !== null) void showState()

async function copy(button: HTMLButtonElement): Promise<void> {
  const source = document.getElementById(button.dataset.copy ?? '')
  if (source === null) return
  const label = button.textContent
  try {
    await navigator.clipboard.writeText(source.textContent ?? '')
    button.textContent = 'Copied'
  } catch {
    // Browsers have no clipboard on a page without TLS, and people can refuse it.
    getSelection()?.selectAllChildren(source)
    button.textContent = 'Selected'
  }
  setTimeout(() => {
    button.textContent = label
  }, SHOWN_MS)
}

interface Readiness {
  checks?: Record<string, string>
  warnings?: { message: string }[]
  errors?: { path: string }[]
}

/** The same for everybody: `GET /readyz`. */
async function showState(): Promise<void> {
  const answer = await fetch('/readyz').then(
    (response) => response.json() as Promise<Readiness>,
    () => undefined,
  )
  for (const place of document.querySelectorAll<HTMLElement>('[data-check]')) {
    const isReady = answer?.checks?.[place.dataset.check ?? ''] === 'ok'
    place.dataset.ready = String(isReady)
    place.textContent = isReady ? 'ready' : 'not ready: see the log of the server'
  }
  const list = document.querySelector<HTMLElement>('[data-warnings]')
  if (list === null) return
  for (const { message } of answer?.warnings ?? []) {
    const item = document.createElement('li')
    item.textContent = message
    list.append(item)
  }
  list.hidden = list.childElementCount === 0
}
