/** E-mail addresses: what is accepted, and when two are the same. */
import { Type } from '@sinclair/typebox'

// Everything but white space, controls and the specials of RFC 5322 §3.2.3.
const LOCAL_PART = '[^\\s@<>()\\[\\]",;:\\\\\\u0000-\\u001f\\u007f]{1,64}'
// Letters, digits and hyphens of ASCII, and anything beyond it: internationalised domains are welcome.
const LABEL = '[^\\s\\u0000-\\u002c\\u002e\\u002f\\u003a-\\u0040\\u005b-\\u0060\\u007b-\\u007f]{1,63}'

/** Of accounts that have no address yet. RFC 2606 §2: no name under .invalid will ever exist, so no mail is ever delivered there. */
const PLACEHOLDER_DOMAIN = 'anonymous.invalid'
/** In any case: JSON Schema has no flags. */
const NOT_OURS = `(?!${[...PLACEHOLDER_DOMAIN].map((letter) => (letter === '.' ? '\\.' : `[${letter}${letter.toUpperCase()}]`)).join('')}$)`

/** The e-mail of an anonymous account. */
export const placeholderEmail = (userId: string): string => `${userId}@${PLACEHOLDER_DOMAIN}`

/** Deliberately loose: only a mail that arrives proves an address. At most 254 characters, RFC 5321 §4.5.3.1. */
export const Email = Type.String({
  minLength: 3,
  maxLength: 254,
  pattern: `^${LOCAL_PART}@${NOT_OURS}(?:${LABEL}\\.)+${LABEL}$`,
  description: 'An e-mail address. Two that differ only in case are the same account.',
  examples: ['ada@example.com'],
})

/** The form under which an address is unique. Dots and +tags are kept: for most providers they matter. */
export const emailKey = (email: string): string => email.normalize('NFKC').toLowerCase()

/** Nobody reads mail sent there. */
export const isPlaceholder = (email: string): boolean => emailKey(email).endsWith(`@${PLACEHOLDER_DOMAIN}`)
