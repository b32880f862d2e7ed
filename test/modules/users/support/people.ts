/** A small population with the hard cases of a search, and the expected results, computed without a database. */
import type { Database } from '../../../../db/database.ts'
import { userRoles, users } from '../../../../db/tables/index.ts'

export interface Person {
  id: string
  email: string
  name: string
  status: 'active' | 'disabled'
  roles: string[]
  createdAt: number
  /** In the public metadata. `stale`: the columns of the filter were set for another METADATA_FILTER_KEY. */
  plan?: { value: string | number | boolean; stale: boolean }
}

export interface Query {
  q?: string
  status?: Person['status']
  role?: string
  metadata?: string
  sort: 'createdAt' | '-createdAt' | 'name' | '-name' | 'email' | '-email'
}

/** Writes them past every service, so that a thousand are made in one batch. */
export async function writePeople(db: Database, people: readonly Person[]): Promise<void> {
  for (let start = 0; start < people.length; start += 500) {
    const some = people.slice(start, start + 500)
    const roles = some.flatMap(({ id, roles }) => roles.map((role) => ({ userId: id, role })))
    await db.batch([
      db.insert(users).values(
        some.map(({ roles: _, plan, ...person }) => ({
          ...person,
          ...(plan === undefined
            ? {}
            : {
                publicMetadata: { tier: 'gold', plan: plan.value },
                metadataKey: plan.stale ? 'tier' : 'plan',
                metadataValue: plan.stale ? 'gold' : String(plan.value),
              }),
          emailKey: person.email.toLowerCase(),
          emailVerified: true,
          version: 1,
          updatedAt: person.createdAt,
        })),
      ),
      ...(roles.length === 0 ? [] : [db.insert(userRoles).values(roles)]),
    ])
  }
}

const DROPPED_MARKS = /[\u0300-\u0304\u0306-\u030c\u030f\u0311\u031b\u0323-\u0328\u032d\u032e\u0330\u0331]/g

/** Other forms of one letter. */
const SAME: Record<string, string> = { ſ: 's', ẛ: 's', ς: 'σ', K: 'k' }

/** Case of every script, and the diacritics of Latin letters, do not matter. */
export const fold = (text: string): string =>
  [...text.replaceAll(DROPPED_MARKS, '')]
    .map((character) => {
      const base = character.normalize('NFD').replaceAll(DROPPED_MARKS, '')
      return SAME[character] ?? (/^[a-z]$/i.test(base) ? base : character).toLowerCase()
    })
    .join('')

const SIGNS = /[^\p{L}\p{M}\p{N}\p{So}\p{Co}]+/u

/** Every word of `q` stands in the name or the e-mail: anywhere, or where a word begins when it is of one or two characters. */
export function isFound({ name, email }: Person, q: string): boolean {
  return q
    .split(/\s+/)
    .filter(Boolean)
    .every((word) => {
      const long = [...fold(word.normalize('NFC'))].length > 2
      const spellings = [word.normalize('NFC'), word.normalize('NFD')]
        .map((spelling) => (long ? spelling : spelling.split(SIGNS).join('')))
        .map(fold)
      if (spellings.includes('')) return false
      return [name, email].some((text) =>
        spellings.some((spelling) =>
          long ? fold(text).includes(spelling) : text.split(SIGNS).some((part) => fold(part).startsWith(spelling)),
        ),
      )
    })
}

const bytewise = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b))
const asciiLower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase())

/** Who is listed, in order. */
export function expected(people: readonly Person[], { q, status, role, metadata, sort }: Query): string[] {
  const key = sort.replace('-', '')
  const found = people
    .filter(
      (person) =>
        (status === undefined || person.status === status) &&
        (role === undefined || person.roles.includes(role)) &&
        (metadata === undefined || String(person.plan?.value) === metadata) &&
        (q === undefined || isFound(person, q)),
    )
    .sort((a, b) => {
      const byKey =
        key === 'createdAt'
          ? a.createdAt - b.createdAt
          : key === 'name'
            ? bytewise(asciiLower(a.name), asciiLower(b.name))
            : bytewise(a.email.toLowerCase(), b.email.toLowerCase())
      return byKey || bytewise(a.id, b.id)
    })
    .map(({ id }) => id)
  return sort.startsWith('-') ? found.reverse() : found
}
