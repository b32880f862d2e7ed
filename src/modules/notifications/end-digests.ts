import { commit } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, noteEventIf } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { chooseNoDigest, chooseNoDigestByDefault, endAllWaiting, getsDigests } from './digest-queries.ts'
import { ANY_KIND } from './schema.ts'

/**
 * Ends the mails about notifications of this person, also one that waits. The notifications stay in the list of the app, and other
 * mails go on. Nothing changes if there are none, or if the account is gone. One round trip.
 */
export async function endDigests(
  deps: Pick<Deps, 'db' | 'clock' | 'random' | 'principals'>,
  cause: Cause,
  userId: string,
): Promise<void> {
  const { db } = deps
  const data = { kinds: [ANY_KIND], unsubscribed: true }
  const ended = newEvent(deps, cause, 'notification.preferences_changed', { userId, orgId: null, data })
  await commit(deps, [
    noteEventIf(db, ended, getsDigests(userId)),
    chooseNoDigest(db, userId, ended),
    chooseNoDigestByDefault(db, userId, ended),
    endAllWaiting(db, userId, ended),
  ])
}
