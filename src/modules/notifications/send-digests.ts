/** Mails about unread notifications, to people who are away. */
import { commit, type Step } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { happened, justChanged, noteEventIf } from '../../core/events/queries.ts'
import type { Deps } from '../../deps.ts'
import { MINUTE_MS } from '../../lib/durations.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { type DueDigest, dueDigests, endWaiting, noteDigest, postpone } from './digest-queries.ts'
import { unsubscribeUrl } from './unsubscribe-link.ts'

/** A mail names so many titles, the newest. */
const TITLES = 10
/** Who used the app within this time is not away: a token is refreshed each five minutes. */
const AWAY_AFTER_MS = 15 * MINUTE_MS
const ROWS_PER_BATCH = 100

/**
 * Queues a mail for each person who has unread notifications that are due, is away, and has a proved address. Who is here is looked at
 * again later. Two runs at once queue one mail: the change that ends the waiting decides.
 */
export async function sendDigests(deps: Deps, now: number, limit: number): Promise<{ people: number }> {
  const { db } = deps
  const rows = Math.min(limit, ROWS_PER_BATCH)
  const due = await dueDigests(db, { now, seenAfter: now - AWAY_AFTER_MS, rows, titles: TITLES })
  const steps = await Promise.all(due.map((person) => stepsFor(deps, person, now)))
  await commit(deps, steps.flat())
  return { people: due.length }
}

async function stepsFor(
  deps: Deps,
  { userId, reachable, isHere, titles, count }: DueDigest,
  now: number,
): Promise<Step[]> {
  const { db, config } = deps
  // Retracted, or nobody reads mails there.
  if (!reachable || titles.length === 0) return [endWaiting(db, userId, now)]
  if (isHere) return [postpone(db, userId, now, now + AWAY_AFTER_MS)]
  const sent = newEvent(deps, systemCause, 'notification.digest_sent', { userId, data: { count } })
  const content = {
    template: 'notification-digest',
    data: {
      titles: titles.map(onOneLine).join('\n'),
      more: String(count - titles.length),
      link: `${config.appUrl}/account/notifications`,
      unsubscribe: await unsubscribeUrl(deps, userId),
    },
  } as const
  return [
    endWaiting(db, userId, now),
    noteEventIf(db, sent, justChanged),
    noteDigest(db, userId, now, happened(sent)),
    await queueMail(deps, { userId, eventId: sent.id, content, cause: systemCause }, happened(sent)),
  ]
}

const onOneLine = (title: string): string => title.replace(/\s+/g, ' ')
