/** The pages of the docs can be read without this. It adds the search, buttons that copy, the filter, and where the reader is. */
import { element } from './element.ts'
import { startFilter } from './filter.ts'

const COPIED_SHOWN_MS = 2000

followOldLink()
startSearch()
startCopying()
startFilter()
startContents()
showPlace()

/** `/docs#/Auth/signIn` was the place of an operation. */
function followOldLink(): void {
  const [, tag = '', operation = ''] = /^#\/([^/]+)(?:\/(\w+))?/.exec(location.hash) ?? []
  if (location.pathname !== '/docs' || tag === '') return
  const slug = decodeURIComponent(tag)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
  location.replace(`/docs/api/${slug}${operation === '' ? '' : `#${operation}`}`)
}

/** The button, `/`, and Ctrl+K or ⌘K. The code and the index are loaded with the first use. */
function startSearch(): void {
  const button = document.querySelector<HTMLButtonElement>('button.open-search')
  const indexUrl = button?.dataset.index
  if (!button || indexUrl === undefined) return
  button.hidden = false
  const open = () => void import('./search.ts').then(({ openSearch }) => openSearch(indexUrl))
  button.addEventListener('click', open)
  document.addEventListener('keydown', (event) => {
    const isTyping = event.target instanceof HTMLElement && event.target.matches('input, textarea, select')
    const isShortcut =
      (event.key === '/' && !isTyping && !event.ctrlKey && !event.metaKey && !event.altKey) ||
      (event.key === 'k' && (event.ctrlKey || event.metaKey))
    if (!isShortcut) return
    event.preventDefault()
    open()
  })
}

/** One button for each block of code. What it did is said by its own text, which is live. */
function startCopying(): void {
  if (navigator.clipboard === undefined) return // plain http on another host than this machine
  for (const block of document.querySelectorAll('.code')) {
    const text = element('span', { 'aria-live': 'polite' }, 'Copy')
    const button = element('button', { type: 'button', class: 'copy' }, text)
    button.addEventListener('click', () => {
      const code = block.querySelector('code')?.textContent ?? ''
      navigator.clipboard.writeText(code).then(
        () => say(text, 'Copied'),
        () => say(text, 'Select the text to copy it'),
      )
    })
    block.append(button)
  }
}

function say(place: HTMLElement, words: string): void {
  place.textContent = words
  setTimeout(() => {
    place.textContent = 'Copy'
  }, COPIED_SHOWN_MS)
}

/** Marks the section that is being read in the table of contents. */
function startContents(): void {
  const links = new Map<string, HTMLAnchorElement>()
  for (const link of document.querySelectorAll<HTMLAnchorElement>('.contents a')) links.set(link.hash.slice(1), link)
  const headings = [...links.keys()].flatMap((id) => document.getElementById(decodeURIComponent(id)) ?? [])
  if (headings.length === 0) return
  const mark = () => {
    const read = headings.findLast((heading) => heading.getBoundingClientRect().top < innerHeight / 3) ?? headings[0]
    for (const [id, link] of links)
      if (decodeURIComponent(id) === read?.id) link.setAttribute('aria-current', 'location')
      else link.removeAttribute('aria-current')
  }
  let isWaiting = false
  addEventListener(
    'scroll',
    () => {
      if (isWaiting) return
      isWaiting = true
      requestAnimationFrame(() => {
        isWaiting = false
        mark()
      })
    },
    { passive: true },
  )
  mark()
}

/** The list of pages is longer than a window: it starts where the reader is. */
function showPlace(): void {
  const list = document.querySelector<HTMLElement>('nav.pages')
  const here = list?.querySelector<HTMLElement>('[aria-current]')
  if (list && here) list.scrollTop = here.offsetTop - list.clientHeight / 2
}
