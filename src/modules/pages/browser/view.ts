/**
 * What the person sees: one section of the page at a time, and a notice in it. The script sets text only as text,
 * never as markup.
 */

const sections = [...document.querySelectorAll<HTMLElement>('section[data-state]')]
const { lang, dataset } = document.documentElement

const sectionOf = (state: string): HTMLElement | undefined =>
  sections.find((section) => section.dataset.state === state)

/**
 * Shows only this section. After an action of the person it also moves the focus, so that screen readers continue
 * from there.
 */
export function show(state: string, { focus = true } = {}): void {
  const email = typedEmail()
  for (const section of sections) section.hidden = section.dataset.state !== state
  clearNotices()
  for (const input of emails()) input.value = email
  const heading = sectionOf(state)?.querySelector('h1')
  document.title = `${heading?.textContent ?? ''} · ${dataset.brand ?? ''}`
  if (focus) heading?.focus()
}

const emails = () => document.querySelectorAll<HTMLInputElement>('input[name=email]')
/** The e-mail address that the person typed into any of the forms. They type it once. */
const typedEmail = (): string =>
  [...emails()].filter((input) => input.closest('section')?.hidden === false).map((input) => input.value)[0] ??
  [...emails()][0]?.value ??
  ''

export interface Notice {
  message: string
  tone?: 'good' | 'bad'
  /** In English. Shown below the message. */
  reasons?: readonly string[]
  /** Replaces `{when}`. */
  when?: string
}

/** Shows a notice in the visible section. It is an alert: screen readers read it at once. */
export function notify({ message, tone = 'bad', reasons = [], when = '' }: Notice): void {
  clearNotices()
  const place = sections.find((section) => !section.hidden)?.querySelector<HTMLElement>('[role=alert]')
  if (!place) return
  place.dataset.tone = tone
  place.append(paragraph(sayingOf(message).replace('{when}', when)))
  for (const reason of reasons) {
    const line = paragraph(reason)
    line.lang = 'en'
    place.append(line)
  }
}

function clearNotices(): void {
  for (const place of document.querySelectorAll('[role=alert]')) place.replaceChildren()
}

function paragraph(text: string): HTMLParagraphElement {
  const element = document.createElement('p')
  element.textContent = text
  return element
}

/** The text in the language of the page, which the server chose. An unexpected failure is shown as a server error. */
const sayingOf = (message: string): string =>
  (document.getElementById(`say-${message}`) ?? document.getElementById('say-server.error'))?.textContent ?? ''

/** `in 2 minutes`. */
export const inAbout = (seconds: number): string => {
  const format = new Intl.RelativeTimeFormat(lang)
  if (seconds < 100) return format.format(seconds, 'second')
  return seconds < 5400
    ? format.format(Math.ceil(seconds / 60), 'minute')
    : format.format(Math.ceil(seconds / 3600), 'hour')
}
