/** One link of the chain beside the events that are in the database now. */
import type { Database } from '../../../db/database.ts'
import { compareEvents, type Difference, digestPersonal, digestsOf, eventDigestOf, type Link } from './seals.ts'
import { deletedUsers, eventsOfLink, linkAt, type SealedEvent } from './seal-queries.ts'

/** `personal`: address or user agent are not those that were sealed. `erased`: they are gone, and nobody was deleted. */
export type LinkDifference = Difference | { kind: 'personal' | 'erased'; eventId: string }

/** Past so many rows too many the rest is not worth the memory; each of those read is named. */
const EXTRA_ROWS = 1_000

/**
 * Differences between what was sealed and what is there. What differs is read once more before it is told: events are
 * deleted for their age, and personal data erased, while this reads. Undefined when the link was pruned meanwhile.
 */
export async function compareLink(db: Database, link: Link): Promise<LinkDifference[] | undefined> {
  const found = await differences(db, link)
  if (found.length === 0) return found
  const [again] = await linkAt(db, link.position)
  if (again?.link && again.link.prunedAt !== null && link.prunedAt === null) return undefined
  return differences(db, link)
}

async function differences(db: Database, link: Link): Promise<LinkDifference[]> {
  const sealed = digestsOf(link)
  const rows = await eventsOfLink(db, link.position, sealed.length + EXTRA_ROWS)
  const found = await Promise.all(
    rows.map(async ({ id, event }) => ({
      id,
      digest: (event && (await eventDigestOf(link.version, event, event.personalDigest ?? ''))) ?? 'not sealed',
    })),
  )
  const events = compareEvents(sealed, found)
  const touched = new Set(events.map((difference) => ('eventId' in difference ? difference.eventId : undefined)))
  const whole = rows.flatMap(({ event }) => (event === undefined || touched.has(event.id) ? [] : event))
  return [...events, ...(await personalDifferences(db, whole))]
}

/** The user with whose account address and user agent are erased: who acted, or whom a stranger acted on (`eraseEvents`). */
const whosePersonalData = ({ actorId, userId }: SealedEvent): string | null => actorId ?? userId

/** Of events whose digest of personal data is the one that was sealed. */
async function personalDifferences(db: Database, rows: readonly SealedEvent[]): Promise<LinkDifference[]> {
  const isErased = ({ salt, address, userAgent }: SealedEvent) =>
    salt === null && address === null && userAgent === null
  const erased = rows.filter(isErased)
  const named = [...new Set(erased.map(whosePersonalData))].filter((id) => id !== null)
  const gone = named.length === 0 ? [] : await deletedUsers(db, named)
  const deleted = new Set(gone.map(({ userId }) => userId))
  const checked = await Promise.all(
    rows.map(async (row): Promise<LinkDifference[]> => {
      const { id: eventId, salt, address, userAgent, personalDigest } = row
      if (isErased(row)) {
        return deleted.has(whosePersonalData(row) ?? '') ? [] : [{ kind: 'erased', eventId }]
      }
      const isSealed = salt !== null && (await digestPersonal(salt, address, userAgent)) === personalDigest
      return isSealed ? [] : [{ kind: 'personal', eventId }]
    }),
  )
  return checked.flat()
}
