/** Converts names from providers to the form that this server stores. */
import { plainLine } from '../../lib/storable-text.ts'
import { UserName } from '../users/schema.ts'

const MAX_LENGTH = UserName.maxLength ?? 200
/** Maximum length of the input. The rest is ignored. */
const MAX_READ = 4096

/**
 * Returns the name on one line, without control characters and direction marks, cut between two visible characters
 * (grapheme clusters). Returns an empty text if the name is not a text.
 */
export function displayName(name: unknown): string {
  if (typeof name !== 'string') return ''
  return cut(plainLine(name.slice(0, MAX_READ))).trimEnd()
}

/** The name, or its parts joined (OpenID Connect Core §5.1). */
export const nameOf = ({ name, given_name, family_name }: Record<string, unknown>): string =>
  displayName(name) || displayName([given_name, family_name].map(displayName).filter(Boolean).join(' '))

/** The name that Apple sends with the first answer: `{"name":{"firstName":"Ada","lastName":"Lovelace"}}`. */
export function nameInForm(user: string | null): string {
  try {
    const { name }: { name?: unknown } = Object(JSON.parse(user ?? '{}')) // Object() makes property access safe
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
  // One character may have hundreds of combining marks.
  return end > 0 ? name.slice(0, end) : name.slice(0, MAX_LENGTH).replace(/\p{Cs}$/u, '')
}
