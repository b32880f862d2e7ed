/** What the script shows. It sets text only as text, never as markup. */

export const sectionOf = (state: string): HTMLElement | null =>
  document.querySelector<HTMLElement>(`section[data-state=${state}]`)

/** Shows a sentence of the server in the alert of the step. It takes the focus, as after a form. */
export function notify(message: string, retryAfterSeconds = 60): void {
  const place = document.querySelector<HTMLElement>('section:not([hidden]) [role=alert]')
  const said = document.getElementById(`say-${message}`) ?? document.getElementById('say-server.error')
  if (!place || !said) return
  const line = document.createElement('p')
  line.textContent = (said.textContent ?? '').replace('{when}', inAbout(retryAfterSeconds))
  place.dataset.tone = 'bad'
  place.replaceChildren(line)
  place.focus()
}

export const clearNotice = (): void => document.querySelector('section:not([hidden]) [role=alert]')?.replaceChildren()

/** `in 2 minutes`. */
const inAbout = (seconds: number): string => {
  const format = new Intl.RelativeTimeFormat(document.documentElement.lang)
  return seconds < 100 ? format.format(seconds, 'second') : format.format(Math.ceil(seconds / 60), 'minute')
}

/** Goes on to where the sign-in leads. The server has written the link. */
export const goOn = (): void => document.querySelector<HTMLElement>('a[data-onward]')?.click()
