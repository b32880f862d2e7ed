/** What the script shows. It sets text only as text, never as markup. */

export const sectionOf = (state: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`section[data-state=${state}]`)

/** Shows a sentence of the server in the alert of the step. It takes the focus, as after a form. */
export function notify(message: string, retryAfterSeconds = 60): void {
  const section = document.querySelector<HTMLElement>('section:not([hidden])')
  const place = section && alertOf(section)
  const said = document.getElementById(`say-${message}`) ?? document.getElementById('say-server.error')
  if (!place || !said) return
  const line = document.createElement('p')
  line.textContent = (said.textContent ?? '').replace('{when}', inAbout(retryAfterSeconds))
  place.dataset.tone = 'bad'
  place.replaceChildren(line)
  place.focus()
}

/** The link of a mail has none until there is something to say. */
function alertOf(section: HTMLElement): HTMLElement {
  const own = section.querySelector<HTMLElement>('[role=alert]')
  if (own) return own
  const made = document.createElement('div')
  made.role = 'alert'
  made.tabIndex = -1
  section.querySelector('form')?.before(made)
  return made
}

export const clearNotice = (): void => document.querySelector('section:not([hidden]) [role=alert]')?.replaceChildren()

/** `in 2 minutes`. */
const inAbout = (seconds: number): string => {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang)
  return seconds < 100 ? format.format(seconds, 'second') : format.format(Math.ceil(seconds / 60), 'minute')
}

/** Goes on to where the sign-in leads. The server has written the link. */
export const goOn = (): void => document.querySelector<HTMLElement>('a[data-onward]')?.click()
