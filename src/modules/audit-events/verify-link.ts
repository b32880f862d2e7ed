/** Compares one link of the chain with its events in the database. */
import type { Database } from '../../../db/database.ts'
import { compareEvents, type Difference, digestPersonal, digestsOf, eventDigestOf, type Link } from './seals.ts'
import { deletedUsers, eventsOfLink, linkAt, type SealedEvent } from './seal-queries.ts'

/**
 * `personal`: address or user agent differ from the sealed ones. `erased`: they are erased, but the user was not
 * deleted.
 */
export type LinkDifference = Difference | { kind: 'personal' | 'erased'; eventId: string }

/** Limit for extra rows of one link, to bound memory. Every row that was read is reported. */
const EXTRA_ROWS = 1_000

/**
 * The differences between the sealed events and the stored ones. A difference is read a second time before it is
 * reported, because pruning and erasure can run meanwhile. Undefined if the link was pruned meanwhile.
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

/**
 * The user whose deletion erases address and user agent: the actor, or the user the event is about if it has no actor
 * (`eraseEvents`).
 */
const whosePersonalData = ({ actorId, userId }: SealedEvent): string | null => actorId ?? userId

/** For events whose digest matches: checks the personal data against its sealed digest. */
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
