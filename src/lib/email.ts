/**
 * E-mail addresses: which ones are accepted, how they are stored, and when two are the same mailbox.
 *
 * An address has three forms. The *typed* form may have full-width characters, capitals, blanks around it, and a domain
 * in Unicode or Punycode. The *spelling* (`readEmail`) is stored, and mails are sent to it. It is the typed form
 * without blanks and in compatibility form (NFKC). The *key* (`emailKey`) identifies the account.
 */
import { FormatRegistry, Type } from '@sinclair/typebox'
import { domainToAscii } from './domains.ts'

/**
 * The domain of accounts without an address. RFC 2606 §2: no name under .invalid will ever exist, so no mail is ever
 * delivered there.
 */
const PLACEHOLDER_DOMAIN = 'anonymous.invalid'
/** RFC 5321 §4.5.3.1.3, without the brackets of a path, in octets as sent. */
const MAX_OCTETS = 254
/** The length leaves room for blanks around the address. */
const MAX_TYPED = 320

/**
 * Characters that no real address has, and that attackers use to imitate one. Category `C`: controls, formatting
 * (bidirectional, zero width, tags), surrogates, private use and unassigned code points. Also default-ignorable
 * characters, and replacements for lost characters. Unicode TR 36 §2.
 */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd]/u

// All characters except white space and the specials of RFC 5322 §3.2.3. A combining mark at the start would join the
// text before it.
const LOCAL_PART = /^(?!\p{M})[^\s@<>()[\]",;:\\]{1,64}$/u

interface Address {
  local: string
  /** The typed domain in compatibility form. */
  domain: string
  /** The domain in the form of the DNS. */
  host: string
}

type Fault = 'form' | 'unseen' | 'domain' | 'long'

/** ASCII alone, as in nearly all addresses: no character is invisible or has another form. */
const PLAIN = /^[!-~]*$/
let last: { typed: string; parsed: Address | Fault } | undefined

/**
 * Parses a typed address, or says what is wrong with it. Remembers the last one, because a schema, its decoder and a
 * key parse it one after the other.
 */
function parse(typed: string): Address | Fault {
  if (last?.typed !== typed) last = { typed, parsed: parseAnew(typed) }
  return last.parsed
}

function parseAnew(typed: string): Address | Fault {
  const trimmed = typed.trim()
  const plain = PLAIN.test(trimmed)
  if (!plain && UNSEEN.test(trimmed)) return 'unseen'
  const text = plain ? trimmed : trimmed.normalize('NFKC')
  const at = text.indexOf('@')
  const local = text.slice(0, at)
  if (at < 0 || !LOCAL_PART.test(local)) return 'form'
  // A full stop of UTS 46 §4 that NFKC does not convert. Some input methods type it.
  const domain = text.slice(at + 1).replaceAll('\u3002', '.')
  const host = domainToAscii(domain)
  if (host === undefined) return 'domain'
  const octets = (plain ? local.length : new TextEncoder().encode(local).length) + 1 + host.length
  return octets > MAX_OCTETS ? 'long' : { local, domain, host }
}

const FAULTS: Record<Fault | 'reserved', string> = {
  form: 'Expected an e-mail address, such as ada@example.com',
  unseen: 'The e-mail address contains an invisible or invalid character. Type it again, letter by letter',
  domain: 'Expected a domain that can receive mail after the @, such as example.com',
  long: `Expected an e-mail address of at most ${MAX_OCTETS} characters`,
  reserved: `No mail can be sent to ${PLACEHOLDER_DOMAIN}. Use an address whose mail you can read`,
}

/**
 * Says why an account cannot have this address, in a sentence without the address. Undefined if an account can have it.
 */
export function emailFault(typed: string): string | undefined {
  const parsed = parse(typed)
  if (typeof parsed === 'string') return FAULTS[parsed]
  return parsed.host === PLACEHOLDER_DOMAIN ? FAULTS.reserved : undefined
}

/** The spelling to store and to send mails to: the typed address without blanks around it, in compatibility form. */
export function readEmail(typed: string): string {
  const parsed = parse(typed)
  return typeof parsed === 'string' ? typed.trim() : `${parsed.local}@${parsed.domain}`
}

/**
 * The form in which an address is unique: the domain by UTS 46 ToASCII (non-transitional), the local part in NFKC and
 * lower case. Dots and +tags stay, because they matter for most providers. The function is idempotent. A text that is
 * not an address keeps the key of earlier releases, and no new account can have it.
 */
export function emailKey(typed: string): string {
  const parsed = parse(typed)
  return typeof parsed === 'string' ? formerEmailKey(typed) : `${withoutCase(parsed.local)}@${parsed.host}`
}

/** The domain of an address in the form of the DNS. Empty for a text that is not an address. */
export const domainOf = (typed: string): string => {
  const parsed = parse(typed)
  return typeof parsed === 'string' ? '' : parsed.host
}

/** Capital Σ has two small letters, depending on the next letter. Both count as the same. */
const withoutCase = (local: string): string => local.toLowerCase().normalize('NFKC').replaceAll('ς', 'σ')

/** The key of releases that did not compare domains in the form of the DNS. Some accounts still have it. */
export const formerEmailKey = (typed: string): string => typed.normalize('NFKC').toLowerCase().trim()

/** The address as a reader sees it, without invisible characters. */
export const withoutUnseen = (email: string): string =>
  [...email].filter((character) => !UNSEEN.test(character)).join('')

/** The e-mail of an anonymous account. */
export const placeholderEmail = (userId: string): string => `${userId}@${PLACEHOLDER_DOMAIN}`

/** Whether the address belongs to an anonymous account. Mail to it is never delivered. */
export const isPlaceholder = (email: string): boolean => emailKey(email).endsWith(`@${PLACEHOLDER_DOMAIN}`)

/** The format of JSON Schema 2020-12 for addresses in any script, with the rules of this file. */
export const EMAIL_FORMAT = 'idn-email'
FormatRegistry.Set(EMAIL_FORMAT, (value) => emailFault(value) === undefined)

/** An address for an account. It is decoded to its spelling. Only a delivered mail verifies an address. */
export const Email = Type.Transform(
  Type.String({
    minLength: 3,
    maxLength: MAX_TYPED,
    format: EMAIL_FORMAT,
    description:
      'An e-mail address. Two addresses are the same account if they differ only in case, in the Unicode form of their characters, or in Unicode and Punycode. The server removes blanks around it.',
    examples: ['ada@example.com'],
  }),
)
  .Decode(readEmail)
  .Encode((email) => email)

/**
 * An address to look up, which is never stored. A text that is not an address finds no account. It is decoded without
 * blanks around it.
 */
export const AccountEmail = Type.Transform(
  Type.String({
    minLength: 1,
    maxLength: MAX_TYPED,
    description: 'The e-mail address of an account, in any spelling.',
    examples: ['ada@example.com'],
  }),
)
  .Decode(readEmail)
  .Encode((email) => email)
