/** The notifications of the signed-in person: list, read marks, choices. */
import { readTogether } from '../../../db/statements.ts'
import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, justChanged, noteEventIf } from '../../core/events/queries.ts'
import { type Page, readNewest } from '../../core/paging/pages.ts'
import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { countUnread, listOwn, markAllRead, markRead, markUnread, type OwnRow, ownById } from './own-queries.ts'
import type { ListNotifications } from './schema.ts'

type ReadDeps = Pick<Deps, 'db' | 'clock'>
type WriteDeps = ReadDeps & Pick<Deps, 'random' | 'principals'>

/** One page, the newest first, with the count of all that are unread. One round trip. Throws the errors of `readPage`. */
export async function pageOfOwn(
  { db, clock }: ReadDeps,
  userId: string,
  { unread = false, ...query }: ListNotifications,
): Promise<Page<OwnRow> & { unreadCount: number }> {
  const now = clock.now()
  let unreadCount = 0
  const page = await readNewest(query, async (before, limit) => {
    const [counted, rows] = await readTogether(db, [
      countUnread(db, userId, now),
      listOwn(db, { userId, unread, before, limit }, now),
    ])
    unreadCount = counted[0]?.count ?? 0
    return rows
  })
  return { ...page, unreadCount }
}

/** One round trip. */
export async function unreadCountOf({ db, clock }: ReadDeps, userId: string): Promise<number> {
  const [counted] = await countUnread(db, userId, clock.now())
  return counted?.count ?? 0
}

/** One round trip. Throws `notification.not_found`. */
export async function ownNotification({ db, clock }: ReadDeps, userId: string, id: string): Promise<OwnRow> {
  const [found] = await ownById(db, userId, id, clock.now())
  if (!found) throw problem('notification.not_found')
  return found
}

/** A repetition changes nothing. One round trip. Throws `notification.not_found`. */
export async function markOwn(
  deps: WriteDeps,
  cause: Cause,
  { userId, sessionId }: { userId: string; sessionId: string },
  id: string,
  mark: 'read' | 'unread',
): Promise<OwnRow> {
  const { db, clock } = deps
  const now = clock.now()
  const event = newEvent(deps, cause, `notification.${mark}`, {
    userId,
    sessionId,
    orgId: null,
    data: { notificationId: id },
  })
  const change = mark === 'read' ? markRead(db, userId, id, now) : markUnread(db, userId, id, now)
  // Not `recorded`: the principal stays as it is, so the cache need not forget it with every mark.
  const { found } = await commit(deps, {
    marked: [change, noteEventIf(db, event, justChanged)],
    found: ownById(db, userId, id, now),
  })
  const [row] = found
  if (!row) throw problem('notification.not_found')
  return row
}

/** Returns how many are unread then: those that came after `upTo`. One round trip. */
export async function markAllOwn(
  deps: WriteDeps,
  cause: Cause,
  { userId, sessionId }: { userId: string; sessionId: string },
  upTo: string | undefined,
): Promise<number> {
  const { db, clock } = deps
  const now = clock.now()
  const event = newEvent(deps, cause, 'notification.all_read', {
    userId,
    sessionId,
    orgId: null,
    data: upTo === undefined ? {} : { upTo },
  })
  const { counted } = await commit(deps, {
    marked: [markAllRead(db, userId, upTo, now), noteEventIf(db, event, justChanged)],
    counted: countUnread(db, userId, now),
  })
  return counted[0]?.count ?? 0
}
