/** The path of the page, as a signal. A link to a path below `root` changes it without a new document. */
import { signal } from '@preact/signals'

export const pathname = signal(location.pathname)

export function navigate(to: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', to)
  else history.pushState(null, '', to)
  pathname.value = location.pathname
}

/** Call it once. */
export function followLinks(root: string): void {
  addEventListener('popstate', () => {
    pathname.value = location.pathname
  })
  document.addEventListener('click', (event) => {
    const { target, button, metaKey, ctrlKey, shiftKey, altKey } = event
    if (button !== 0 || metaKey || ctrlKey || shiftKey || altKey || event.defaultPrevented) return
    const link = target instanceof Element ? target.closest('a') : null
    if (link === null || link.target !== '' || link.origin !== location.origin) return
    if (link.pathname !== root && !link.pathname.startsWith(`${root}/`)) return
    event.preventDefault()
    navigate(link.pathname + link.search)
  })
}
