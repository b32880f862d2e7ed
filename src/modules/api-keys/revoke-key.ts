import { scopesOfActor } from '../../core/authz/reach.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent, systemCause } from '../../core/events/new-event.ts'
import { type Cause, happened } from '../../core/events/queries.ts'
import { limitAddress } from '../../core/limits/request-budgets.ts'
import type { Actor, Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { hashToken } from '../../lib/tokens.ts'
import { queueMail } from '../mail/queue-mail.ts'
import { formOf } from './key-text.ts'
import { assertReached, EVERY_KEY, keysOf, personBehind } from './own-or-reached.ts'
import {
  keyByValue,
  type KeyReach,
  livingKey,
  orgOfKey,
  revokeFoundKey,
  revokeKey as revokeRow,
  userOfKey,
} from './queries.ts'
import { verifyKey } from './signed-keys.ts'

type WriteDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'queue' | 'keys'>

/**
 * Ends a key of the person, or one that `api-keys:write` reaches. One round trip, and one more for a key of an organisation. It is refused from the next request on
 * this process, and within a second on every other. Throws `apikey.not_found`, `auth.fresh_session_required`,
 * `auth.forbidden`.
 */
export async function revokeKey(deps: WriteDeps, cause: Cause, actor: Actor, id: string): Promise<void> {
  const person = personBehind(cause, actor)
  const now = deps.clock.now()
  const reachIn = async (orgId: string | null) =>
    keysOf(person, 'api-keys:write', await scopesOfActor(deps, person, [orgId]), now)
  const first = await revoke(deps, cause, id, await reachIn(null))
  if (first.revoked) return
  const key = first.living
  if (key === undefined) throw problem('apikey.not_found')
  const reach = await reachIn(key.orgId)
  assertReached(reach, key)
  if (!(await revoke(deps, cause, id, reach)).revoked) throw problem('apikey.not_found')
}

/** The same for the operator, who reaches every key. */
export async function revokeAnyKey(deps: WriteDeps, id: string): Promise<void> {
  if (!(await revoke(deps, systemCause, id, EVERY_KEY)).revoked) throw problem('apikey.not_found')
}

/** Whether it was revoked. If not: the key, if it works and is not reached. */
async function revoke(deps: WriteDeps, cause: Cause, id: string, reach: KeyReach) {
  const revoked = newEvent(deps, cause, 'api_key.revoked', {
    userId: userOfKey(id),
    orgId: orgOfKey(id),
    data: { apiKeyId: id },
  })
  const now = deps.clock.now()
  const { rows, living } = await commit(deps, {
    rows: recorded(revokeRow(deps.db, id, reach, now), revoked, [id]),
    living: livingKey(deps.db, id, EVERY_KEY, now),
  })
  return { revoked: rows.length > 0, living: living[0] }
}

/**
 * Ends the key that has this value, for whoever found it. Nothing tells the caller whether there was such a key. A text
 * with a wrong checksum costs no limit and no round trip; a signed key with a wrong signature costs a point of the
 * limit. A key that works costs two round trips, and a mail tells its owner, or the person who made it. Throws
 * `request.rate_limited`.
 */
export async function revokeByValue(
  deps: WriteDeps & Pick<Deps, 'limiter'>,
  cause: Cause,
  key: string,
  headers: Record<string, string | number | string[] | undefined>,
): Promise<void> {
  const form = formOf(key)
  if (form === undefined) return
  await limitAddress(deps, 'revoke-key:address', cause, headers)
  const { db, clock } = deps
  const id = form === 'signed' ? (await verifyKey(deps, key))?.id : undefined
  if (form === 'signed' && id === undefined) return
  const now = clock.now()
  const [found] = await keyByValue(db, id === undefined ? { hash: await hashToken(key) } : { id }, now)
  if (found === undefined) return
  const revoked = newEvent(deps, cause, 'api_key.revoked_by_value', {
    userId: found.userId,
    orgId: found.orgId,
    data: { apiKeyId: found.id },
  })
  const reader = found.userId ?? found.createdBy
  const content = { template: 'api-key-revoked', data: { key: found.name, at: now } } as const
  await commit(deps, {
    rows: recorded(revokeFoundKey(db, found.id, now), revoked, [found.id]),
    notice: reader === null ? undefined : await queueMail(deps, { userId: reader, content, cause }, happened(revoked)),
  })
}
