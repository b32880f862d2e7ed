/**
 * The address of the page, as signals. A link to a path below `root` changes it without a new document, and moves the focus to
 * the next `<Heading>`. A link with `data-keep-focus`, such as a tab, leaves the focus where it is.
 */
import { signal } from '@preact/signals'

export const pathname = signal(location.pathname)
/** The query of the address. Filters of a table stand there, so the back button and a bookmark find them. */
export const search = signal(location.search)

/** Whether the next heading that appears takes the focus: a person who moves hears where they are. */
let headingWaits = false
export function takeHeadingFocus(): boolean {
  const waits = headingWaits
  headingWaits = false
  return waits
}

interface Move {
  replace?: boolean
  keepFocus?: boolean
}

/** `to` is a path of this origin, with its query. */
export function navigate(to: string, { replace = false, keepFocus = false }: Move = {}): void {
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  arrive(keepFocus)
  if (!replace && !keepFocus) scrollTo(0, 0)
}

/** Puts these names into the query and keeps the others. An empty value removes its name. */
export function setQuery(values: Record<string, string | undefined>): void {
  const query = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(values)) {
    if (value) query.set(name, value)
    else query.delete(name)
  }
  const text = query.toString()
  navigate(location.pathname + (text === '' ? '' : `?${text}`), { replace: true, keepFocus: true })
}

/** A value of the query, or ''. A component that reads it is drawn again when it changes. */
export const queryValue = (name: string): string => new URLSearchParams(search.value).get(name) ?? ''

function arrive(keepFocus: boolean): void {
  if (location.pathname !== pathname.value) headingWaits = !keepFocus
  pathname.value = location.pathname
  search.value = location.search
}

/** Call it once. */
export function followLinks(root: string): void {
  addEventListener('popstate', () => arrive(false))
  document.addEventListener('click', (event) => {
    const { target, button, metaKey, ctrlKey, shiftKey, altKey } = event
    if (button !== 0 || metaKey || ctrlKey || shiftKey || altKey || event.defaultPrevented) return
    const link = target instanceof Element ? target.closest('a') : null
    if (link === null || link.target !== '' || link.origin !== location.origin || link.hasAttribute('download')) return
    if (link.hash !== '' && link.pathname === location.pathname) return // to a place on this page
    if (link.pathname !== root && !link.pathname.startsWith(`${root}/`)) return
    event.preventDefault()
    navigate(link.pathname + link.search, { keepFocus: link.dataset.keepFocus !== undefined })
  })
}
