/**
 * E-mail addresses: what is accepted, how one is written down, and when two are the same mailbox.
 *
 * An address has three forms. What people *type* may be full-width, in capitals, with blanks around it, its domain in
 * Unicode or in Punycode. The *spelling* (`readEmail`) is stored and written to: without blanks, in compatibility form
 * (NFKC), else as it was typed. The *key* (`emailKey`) is what makes it one account.
 */
import { FormatRegistry, Type } from '@sinclair/typebox'
import { domainToAscii } from './domains.ts'

/** Of accounts that have no address yet. RFC 2606 §2: no name under .invalid will ever exist, so no mail is ever delivered there. */
const PLACEHOLDER_DOMAIN = 'anonymous.invalid'
/** RFC 5321 §4.5.3.1.3, without the brackets of a path, in octets of what is sent. */
const MAX_OCTETS = 254
/** Room for blanks around it. */
const MAX_TYPED = 320

/**
 * What no address has and only spoofs one: controls, formatting (bidirectional, zero width, tags), surrogates, private
 * use and code points that are not assigned (all of `C`), what is ignored when it is shown, and what stands for a character
 * that was lost. Unicode TR 36 §2.
 */
const UNSEEN = /[\p{C}\p{Default_Ignorable_Code_Point}\u2800\ufffc\ufffd]/u

// Everything but white space and the specials of RFC 5322 §3.2.3. A mark at its beginning would sit on what is before it.
const LOCAL_PART = /^(?!\p{M})[^\s@<>()[\]",;:\\]{1,64}$/u

interface Address {
  local: string
  /** As it was typed, in compatibility form. */
  domain: string
  /** The domain as the DNS knows it. */
  host: string
}

type Fault = 'form' | 'unseen' | 'domain' | 'long'

/** Of ASCII alone, which is nearly all: nothing in it is unseen or has another form. */
const PLAIN = /^[!-~]*$/
let last: { typed: string; parsed: Address | Fault } | undefined

/** Reads an address as typed, or says what is wrong with it. Remembers the last one: a schema, its decoder and a key ask in turn. */
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
  // One of the full stops of UTS 46 §4 that NFKC leaves: an input method types it.
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

/** Why an address cannot be an account's, in a sentence that does not repeat it; undefined for one that can. */
export function emailFault(typed: string): string | undefined {
  const parsed = parse(typed)
  if (typeof parsed === 'string') return FAULTS[parsed]
  return parsed.host === PLACEHOLDER_DOMAIN ? FAULTS.reserved : undefined
}

/** The spelling to store and to write to: what was typed, without blanks around it and in compatibility form. */
export function readEmail(typed: string): string {
  const parsed = parse(typed)
  return typeof parsed === 'string' ? typed.trim() : `${parsed.local}@${parsed.domain}`
}

/**
 * The form under which an address is unique: the domain as UTS 46 ToASCII gives it (non-transitional), the local part in
 * NFKC and without case. Dots and +tags are kept: for most providers they matter. The key of a key is itself. What is no
 * address has the key it had before there was this rule, and nobody gets an account of it.
 */
export function emailKey(typed: string): string {
  const parsed = parse(typed)
  return typeof parsed === 'string' ? formerEmailKey(typed) : `${withoutCase(parsed.local)}@${parsed.host}`
}

/** Both small letters of the capital Σ are one: which it is depends on what follows. */
const withoutCase = (local: string): string => local.toLowerCase().normalize('NFKC').replaceAll('ς', 'σ')

/** The key before domains were compared as the DNS does. For accounts that still have it. */
export const formerEmailKey = (typed: string): string => typed.normalize('NFKC').toLowerCase().trim()

/** What an address looks like to a reader, who may take it for this one. */
export const withoutUnseen = (email: string): string =>
  [...email].filter((character) => !UNSEEN.test(character)).join('')

/** The e-mail of an anonymous account. */
export const placeholderEmail = (userId: string): string => `${userId}@${PLACEHOLDER_DOMAIN}`

/** Nobody reads mail sent there. */
export const isPlaceholder = (email: string): boolean => emailKey(email).endsWith(`@${PLACEHOLDER_DOMAIN}`)

/** The format of JSON Schema 2020-12 for addresses of any script, held to the rules of this file. */
export const EMAIL_FORMAT = 'idn-email'
FormatRegistry.Set(EMAIL_FORMAT, (value) => emailFault(value) === undefined)

/** An address that an account is to have, as typed; read as its spelling. Deliberately loose: only a mail that arrives proves an address. */
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

/** Looked up, never stored: whatever is no address finds no account. Read without blanks around it. */
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
