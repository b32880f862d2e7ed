/** Names as providers send them, made into one of ours. */
import { UserName } from '../users/schema.ts'

const MAX_LENGTH = UserName.maxLength ?? 200
/** White space of any kind. A name is one line. */
const SPACES = /\s+/gu
/** Controls, what turns the direction of text (UAX #9), and halves of characters. */
const UNSEEN = /[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu
/** No name is longer; what comes after is not looked at. */
const MAX_READ = 4096

/** On one line, without characters that hide or turn others; cut between two characters as people see them. Empty for what is no text. */
export function displayName(name: unknown): string {
  if (typeof name !== 'string') return ''
  return cut(name.slice(0, MAX_READ).replace(SPACES, ' ').replace(UNSEEN, '').trim()).trimEnd()
}

/** The name, or what the parts of one make (OpenID Connect Core §5.1). */
export const nameOf = ({ name, given_name, family_name }: Record<string, unknown>): string =>
  displayName(name) || displayName([given_name, family_name].map(displayName).filter(Boolean).join(' '))

/** The name Apple tells beside a first answer: `{"name":{"firstName":"Ada","lastName":"Lovelace"}}`. */
export function nameInForm(user: string | null): string {
  try {
    const { name }: { name?: unknown } = Object(JSON.parse(user ?? '{}')) // of an object any field may be asked
    const { firstName, lastName }: { firstName?: unknown; lastName?: unknown } = Object(name)
    return nameOf({ given_name: firstName, family_name: lastName })
  } catch {
    return ''
  }
}

function cut(name: string): string {
  if (name.length <= MAX_LENGTH) return name
  let end = 0
  for (const { index, segment } of new Intl.Segmenter(undefined, { granularity: 'grapheme' }).segment(name)) {
    if (index + segment.length > MAX_LENGTH) break
    end = index + segment.length
  }
  // One character with hundreds of marks on it.
  return end > 0 ? name.slice(0, end) : name.slice(0, MAX_LENGTH).replace(/\p{Cs}$/u, '')
}
