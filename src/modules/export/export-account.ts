import type { Deps, SessionPrincipal } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { utf8 } from '../../lib/encoding.ts'
import { iso } from '../../lib/iso-time.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, noteEvent } from '../../core/events/queries.ts'
import { toManagedUser } from '../users/schema.ts'
import type { SectionRows } from '../../core/feature.ts'
import { together } from '../../declared.ts'
import { accountWithFirstPages, type Entry, nextPage, type Sections } from './queries.ts'

const ROWS_PER_PAGE = 500

/**
 * Everything stored about a user as one JSON document (`AccountExport`), in pieces as it is read. It has the private
 * metadata too, because a person may read all data about them (GDPR article 15). An audit event
 * records who exported it. One round trip, and one more for each further 500 rows of a section, so that a large account
 * needs no more memory than a small one. The further round trips happen while the document is being sent: a hundred
 * pages could not replace this one document.
 *
 * Throws `session.expired` before the first piece if the account is deleted.
 */
export async function exportAccount(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  { user: { id: userId }, sessionId }: SessionPrincipal,
): Promise<AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined>> {
  const { db, clock } = deps
  const exported = newEvent(deps, cause, 'user.exported', { userId, sessionId })
  const sections = await loadSections()
  const { accounts } = await commit(deps, {
    noted: noteEvent(db, exported),
    accounts: accountWithFirstPages(db, userId, sections, ROWS_PER_PAGE),
  })
  const [found] = accounts
  if (!found) throw problem('session.expired')
  const { hasPassword, first, ...row } = found
  const about = { exportedAt: iso(clock.now()), user: { ...toManagedUser(row), hasPassword } }

  async function* pieces(): AsyncGenerator<Uint8Array<ArrayBuffer>, void, undefined> {
    yield utf8(JSON.stringify(about).slice(0, -1))
    for (const [name, rows] of Object.entries(sections)) {
      yield utf8(`,${JSON.stringify(name)}:[`)
      let isFirst = true
      for await (const entries of pages(rows, first[name] ?? [])) {
        yield utf8((isFirst ? '' : ',') + entries.map(([, item]) => JSON.stringify(dated(item))).join(','))
        isFirst = false
      }
      yield utf8(']')
    }
    yield utf8('}')
  }

  async function* pages(rows: SectionRows, first: Entry[]): AsyncGenerator<Entry[], void, undefined> {
    let entries = first
    while (entries.length > 0) {
      yield entries
      const last = entries.length < ROWS_PER_PAGE ? undefined : entries.at(-1)
      if (last === undefined) return
      entries = (await nextPage(db, rows, userId, last[0], ROWS_PER_PAGE))[0]?.entries ?? []
    }
  }

  return pieces()
}

/** The rows of every section. Imports the files of their features. */
export async function loadSections(): Promise<Sections> {
  const sections = Object.entries(together('exports'))
  return Object.fromEntries(await Promise.all(sections.map(async ([name, { rows }]) => [name, await rows()] as const)))
}

/** Times in ms become ISO 8601 texts, as everywhere in the API. */
const dated = (item: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(
    Object.entries(item).map(([name, value]) => [
      name,
      (name === 'at' || name.endsWith('At')) && typeof value === 'number' ? iso(value) : value,
    ]),
  )
