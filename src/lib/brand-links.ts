/** The links of a brand: terms, privacy, support. They open on other hosts, so each is checked once. */
import { isLoopbackUrl } from './loopback.ts'

const MAX_LENGTH = 512
const ADDRESS = /^[\w.+-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])$/

export const LINK_EXPECTED = 'an absolute https URL without user and password, such as https://www.acme.example/terms'
export const SUPPORT_EXPECTED = `an e-mail address such as help@acme.example, or ${LINK_EXPECTED}`

/** As a browser writes it. Undefined if it is no https URL; `loopback`: http on this machine is accepted. */
export function parseBrandLink(text: string, { loopback = false } = {}): string | undefined {
  if (text.length > MAX_LENGTH || !URL.canParse(text)) return undefined
  const url = new URL(text)
  const safe = url.protocol === 'https:' || (loopback && isLoopbackUrl(url))
  return safe && url.username === '' && url.password === '' ? url.href : undefined
}

/** An address becomes a `mailto:` URL. It has no fields, so a link fills in no text. */
export function parseSupport(text: string, options?: { loopback?: boolean }): string | undefined {
  const address = text.replace(/^mailto:/i, '')
  return ADDRESS.test(address) ? `mailto:${address}` : parseBrandLink(text, options)
}
