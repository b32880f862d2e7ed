import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { commitOnce, type IdempotencyKey } from '../../core/idempotency/commit-once.ts'
import { replay } from '../../core/idempotency/replay.ts'
import { rateLimited } from '../../core/limits/rate-limit-headers.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { DAY_MS } from '../../lib/durations.ts'
import { base64url, utf8 } from '../../lib/encoding.ts'
import { queueJob } from '../jobs/queue-job.ts'
import { isOnePerson, placeOf, refusalOf } from './addressed.ts'
import { delivering, peopleIn, toldOf } from './deliver.ts'
import {
  countRecipients,
  insertNotification,
  type NotificationRow,
  notificationOfKey,
  type ShownSent,
  sentById,
} from './queries.ts'
import type { SlicePayload } from './run-slice.ts'
import { GENERAL, MAX_DATA_BYTES, type SendNotification } from './schema.ts'
import { restsOn } from './standing.ts'

type SendDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue' | 'limiter'>

/** As long as it is kept. */
const LIFE_MS = 90 * DAY_MS

/** Holds 96 random bits. */
export const newTurn = ({ random }: Pick<Deps, 'random'>): string => base64url(random.bytes(12))

/**
 * Sends a notification. People who are named one by one have it with the answer. Organisations and roles get it by jobs, slice by
 * slice. One round trip besides the one for the principal, and one more for the rules of organisations that are not in memory. Throws
 * `auth.forbidden`, `org.not_found`, `request.invalid`, `request.rate_limited`, `notification.too_many_pending`, `notification.not_found` if it
 * was deleted before a repetition, `idempotency.key_reused`.
 */
export async function sendNotification(
  deps: SendDeps,
  cause: Cause,
  actor: Actor,
  { to, kind = GENERAL, title, body, data }: SendNotification,
  key?: IdempotencyKey,
): Promise<ShownSent> {
  const { db, clock, random } = deps
  if (data !== undefined && utf8(JSON.stringify(data)).length > MAX_DATA_BYTES)
    throw problem('request.invalid', {
      errors: [{ path: '/data', message: `At most ${MAX_DATA_BYTES} bytes are accepted` }],
    })
  const refusal = await refusalOf(deps, actor, to)
  if (refusal !== undefined) throw refusal
  const allowance = deps.limiter.takeHere('notification:account', actor.limiterKey)
  if (!allowance.allowed) throw rateLimited(allowance)

  const now = clock.now()
  const id = random.id('ntf')
  const orgId = placeOf(to)
  const rest = to.filter((target) => !isOnePerson(target))
  const row: NotificationRow = {
    id,
    kind,
    title,
    body: body ?? null,
    data: data ?? null,
    targets: to,
    orgId,
    actorId: actor.id,
    actingFor: restsOn(actor),
    state: rest.length === 0 ? 'sent' : 'sending',
    turn: newTurn(deps),
    recipients: 0,
    createdAt: now,
    finishedAt: rest.length === 0 ? now : null,
    expiresAt: now + LIFE_MS,
  }
  const sent = newEvent(deps, cause, 'notification.sent', { orgId, data: { notificationId: id, kind } })
  const groups = [...peopleIn(to)].map(([member, userIds]) => ({ member, told: toldOf(deps, userIds) }))
  const payload: SlicePayload = { id, turn: row.turn, at: 0, after: '' }
  const results = await commitOnce(
    deps,
    { key, event: sent, subjectId: id },
    {
      inserted: recorded(insertNotification(db, row), sent),
      people: groups.flatMap(({ member, told }) => delivering(deps, row, told, { member, when: happened(sent) })),
      counted: groups.map(({ told }) => countRecipients(db, id, told)),
      slices:
        rest.length === 0
          ? undefined
          : await queueJob(deps, { kind: 'notification', userId: null, payload, eventId: sent.id }, happened(sent)),
      found: sentById(db, id),
    },
  )
  if (!results) {
    const { notification } = await replay(key, (name) => notificationOfKey(db, name))
    if (!notification) throw problem('notification.not_found')
    return notification
  }
  const [found] = results.found
  if (!found) throw problem('notification.too_many_pending')
  return found
}
