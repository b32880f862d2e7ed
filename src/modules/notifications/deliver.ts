/** The steps that put a notification into the lists of people. */

import type { SQL } from 'drizzle-orm'
import type { NotificationTarget } from '../../../db/tables/notifications.ts'
import { actorInEvents } from '../../core/authz/operator.ts'
import type { Step } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import type { Deps } from '../../deps.ts'
import { DAY_MS, MINUTE_MS } from '../../lib/durations.ts'
import { insertEvents, insertRecipients, type MailTimes, type NotificationRow, type Told } from './queries.ts'

type DeliverDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random'>

/** A person gets one mail a day at most. */
const MAIL_INTERVAL_MS = DAY_MS

export const mailTimes = ({ config, clock }: Pick<Deps, 'config' | 'clock'>): MailTimes => {
  const minutes = config.variables.NOTIFICATION_DIGEST_MINUTES
  return { dueAt: minutes === 0 ? null : clock.now() + minutes * MINUTE_MS, intervalMs: MAIL_INTERVAL_MS }
}

export const toldOf = ({ random }: Pick<Deps, 'random'>, userIds: Iterable<string>): Told =>
  [...new Set(userIds)].map((user) => ({ user, event: random.id('evt') }))

/**
 * Puts the notification into the lists of these people, with an event for each, if `when` holds in the batch. Who has it already
 * does not get it again. The event has no organisation, because it is about the person alone: an organisation does not
 * learn who got something. It says nothing of the content, because the audit log never forgets.
 */
export function delivering(
  deps: DeliverDeps,
  { id, kind, actorId }: Pick<NotificationRow, 'id' | 'kind' | 'actorId'>,
  told: Told,
  { member = null, when }: { member?: string | null; when: SQL },
): Step[] {
  if (told.length === 0) return []
  const event = newEvent(deps, { ...systemCause, actorId: actorInEvents(actorId) }, 'notification.created', {
    orgId: null,
    data: { notificationId: id, kind },
  })
  return [
    insertEvents(deps.db, event, told, { id, kind, member, when }),
    insertRecipients(deps.db, told, { id, kind }, mailTimes(deps)),
  ]
}

/** The people who are named one by one, by the organisation as whose member each is named. */
export function peopleIn(targets: readonly NotificationTarget[]): Map<string | null, string[]> {
  const people = new Map<string | null, string[]>()
  for (const { userId, orgId = null } of targets)
    if (userId !== undefined) people.set(orgId, [...(people.get(orgId) ?? []), userId])
  return people
}
