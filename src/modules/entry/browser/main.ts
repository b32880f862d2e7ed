/**
 * The script of the pages for sign-in, sign-up and a forgotten password. Their forms post by themselves; the script adds what a
 * form cannot do: passkeys, the link of a mail, and a password that can be shown. It makes no URL and no markup.
 *
 * The token of a link is in the fragment of the URL, which no server and no log receives. The script removes it from the address
 * bar at once, keeps it in `history.state` for a reload, and sends it only when the person presses the button.
 */
import { parseFragment } from '../../pages/browser/fragment.ts'
import { keepInLanguages } from '../../pages/browser/languages.ts'
import { isRecord } from '../../../lib/is-record.ts'
import { enablePasskeys, stopAutofill } from './passkeys.ts'
import { notify, sectionOf } from './view.ts'

const page = document.querySelector<HTMLElement>('section:not([hidden])')?.dataset.state

/** Without the fragment, and without the query if a link of a mail has none to lead to. */
const keep = (state: { token: string } | null): void =>
  history.replaceState(state, '', `${location.pathname}${location.search}`)

function keptToken(): string | undefined {
  const state: unknown = history.state
  return isRecord(state) && typeof state.token === 'string' ? state.token : undefined
}

/** Shows what the fragment asks for. It sends nothing: that needs a click. */
function openFragment(): void {
  if (page !== 'enter') return
  const asked = parseFragment(location.hash)
  const token = asked.kind === 'token' ? asked.token : asked.kind === 'nothing' ? keptToken() : undefined
  if (asked.kind !== 'nothing') keep(token === undefined ? null : { token })
  if (token !== undefined) showLink(token)
  else if (asked.kind === 'damaged') notify('link.damaged')
  if (asked.kind === 'state') {
    if (asked.name === 'again') notify('provider.flow_invalid')
    else document.querySelector<HTMLElement>(`[data-fragment~="${asked.name}"] a`)?.click()
  }
}

/** The link of a mail: a button, and nothing before it is pressed. */
function showLink(token: string): void {
  const [link, enter] = [sectionOf('link'), sectionOf('enter')]
  const field = link?.querySelector<HTMLInputElement>('input[name=token]')
  if (!link || !enter || !field) return
  stopAutofill()
  field.value = token
  enter.hidden = true
  link.hidden = false
  link.querySelector<HTMLElement>('h1')?.focus()
}

/** Long enough for a slow answer. Then the person may press again. */
const PATIENCE_MS = 15_000

/** A form is sent once, even if its button is pressed again. The button keeps its focus, so it is not disabled. */
document.addEventListener('submit', (event) => {
  const form = event.target
  if (!(form instanceof HTMLFormElement)) return
  if (form.getAttribute('aria-busy') === 'true') return event.preventDefault()
  if (!navigator.onLine) {
    // The browser would show a page of its own in place of this one, and of what was typed.
    event.preventDefault()
    return notify('offline')
  }
  stopAutofill()
  // Password managers look for a field of this type.
  for (const field of form.querySelectorAll<HTMLInputElement>('input[name=password]')) field.type = 'password'
  form.setAttribute('aria-busy', 'true')
  setTimeout(() => form.removeAttribute('aria-busy'), PATIENCE_MS)
})

// The back button may show the page as it was left.
window.addEventListener('pageshow', () => {
  for (const form of document.querySelectorAll('form')) form.removeAttribute('aria-busy')
})

for (const label of document.querySelectorAll<HTMLElement>('[data-reveal]')) {
  label.hidden = false
  label.addEventListener('change', ({ target }) => {
    const field = label.closest('.field')?.querySelector<HTMLInputElement>('input[name=password]')
    if (field && target instanceof HTMLInputElement) field.type = target.checked ? 'text' : 'password'
  })
}

// If another link is opened in this tab, only the fragment changes.
window.addEventListener('hashchange', () => {
  if (location.hash !== '') openFragment()
})
openFragment()
/** The address that was typed, for the next page alone. It is in no URL, which servers log. */
const TYPED = 'typed-email'
const emailField = document.querySelector<HTMLInputElement>('section:not([hidden]) input[name=email]')
for (const link of document.querySelectorAll('.languages a, a.link'))
  link.addEventListener('click', () => {
    if (emailField && emailField.value !== '') sessionStorage.setItem(TYPED, emailField.value)
  })
const typed = sessionStorage.getItem(TYPED)
sessionStorage.removeItem(TYPED)
if (emailField && typed !== null) emailField.value = typed

// Another language loads the page again.
keepInLanguages(() => {
  const token = keptToken()
  return token === undefined || sectionOf('link')?.hidden !== false ? '' : `token=${token}`
})
enablePasskeys(sectionOf('link')?.hidden === false)
