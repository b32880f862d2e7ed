/** The search: a dialog with a field and its results, which are chosen with the arrows or a click (ARIA APG, combobox). */
import type { Kind, SearchEntry, SearchIndex } from '../search-words.ts'
import { element, marked } from './element.ts'
import { type Finder, meaningful, openIndex } from './find.ts'

const SHOWN = 12
const KINDS: Readonly<Record<Kind, string>> = { guide: 'Guide', api: 'API', error: 'Error', decision: 'Decision' }
const HINT = 'Guides, operations of the API and error codes. Arrows choose, Enter opens, Escape closes.'

let dialog: HTMLDialogElement | undefined

/** Opens the search. `indexUrl` is asked for the first time only. */
export function openSearch(indexUrl: string): void {
  dialog ??= createDialog(indexUrl)
  if (!dialog.open) dialog.showModal()
}

function createDialog(indexUrl: string): HTMLDialogElement {
  const input = element('input', {
    type: 'text',
    role: 'combobox',
    'aria-label': 'Search the docs',
    'aria-expanded': 'false',
    'aria-controls': 'found',
    'aria-autocomplete': 'list',
    autocomplete: 'off',
    autocapitalize: 'off',
    spellcheck: 'false',
    enterkeyhint: 'go',
    placeholder: 'Search the docs',
  })
  const list = element('div', { id: 'found', role: 'listbox', 'aria-label': 'Results' })
  const status = element('p', { class: 'soft', role: 'status' }, HINT)
  const close = element('button', { type: 'button', class: 'plain' }, 'Close')
  const made = element(
    'dialog',
    { class: 'search', 'aria-label': 'Search' },
    element('div', { class: 'search-head' }, input, close),
    status,
    list,
  )

  let finder: Finder | undefined
  let failed = false
  let chosen = -1

  const options = () => [...list.children] as HTMLAnchorElement[] // `show` makes links
  function choose(next: number): void {
    const all = options()
    all[chosen]?.setAttribute('aria-selected', 'false')
    chosen = all.length === 0 ? -1 : (next + all.length) % all.length
    const option = all[chosen]
    option?.setAttribute('aria-selected', 'true')
    option?.scrollIntoView({ block: 'nearest' })
    if (option === undefined) input.removeAttribute('aria-activedescendant')
    else input.setAttribute('aria-activedescendant', option.id)
  }

  function show(): void {
    const query = input.value.trim()
    const entries = query === '' || finder === undefined ? [] : finder.find(query, SHOWN)
    const words = meaningful(query)
    list.replaceChildren(...entries.map((entry, index) => optionOf(entry, index, words)))
    input.setAttribute('aria-expanded', String(entries.length > 0))
    chosen = -1
    choose(0)
    status.textContent = failed
      ? 'The search could not be loaded. Check the connection and try again.'
      : query === ''
        ? HINT
        : finder === undefined
          ? 'Loading the search …'
          : entries.length === 0
            ? `Nothing found for “${query}”. Try fewer or other words.`
            : `${entries.length}${entries.length === SHOWN ? ' best' : ''} result${entries.length === 1 ? '' : 's'}`
  }

  async function load(): Promise<void> {
    failed = false
    try {
      const response = await fetch(indexUrl)
      if (!response.ok) throw new Error(`status ${response.status}`)
      finder = openIndex((await response.json()) as SearchIndex) // made by our build
    } catch {
      failed = true
    }
    show()
  }

  function follow(): void {
    const link = options()[chosen]
    if (link === undefined) return
    made.close()
    link.click()
  }

  input.addEventListener('input', () => {
    if (failed) void load()
    show()
  })
  input.addEventListener('keydown', (event) => {
    if (event.isComposing) return // the Enter that ends a word of an input method chooses nothing
    if (event.key === 'ArrowDown') choose(chosen + 1)
    else if (event.key === 'ArrowUp') choose(chosen - 1)
    else if (event.key === 'Enter') follow()
    else return
    event.preventDefault()
  })
  close.addEventListener('click', () => made.close())
  made.addEventListener('click', (event) => {
    // A click beside the dialog is one on its backdrop. A link of the same page leaves the dialog open, so it is closed here.
    if (event.target === made || (event.target instanceof Element && event.target.closest('a') !== null)) made.close()
  })
  made.addEventListener('close', () => {
    input.value = ''
    show()
  })
  document.body.append(made)
  void load()
  return made
}

/** A link, so that it can be opened in a new tab as well. */
function optionOf(
  { kind, title, heading, url, excerpt }: SearchEntry,
  index: number,
  words: readonly string[],
): HTMLElement {
  return element(
    'a',
    { id: `found-${index}`, role: 'option', 'aria-selected': 'false', tabindex: '-1', href: url },
    element('span', { class: 'kind' }, KINDS[kind]),
    element('strong', {}, ...marked(heading === '' ? title : heading, words)),
    ...(heading === '' ? [] : [element('span', { class: 'within' }, title)]),
    element('span', { class: 'excerpt' }, ...marked(excerpt, words)),
  )
}
