import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { base64url, fromBase64url } from '../../lib/encoding.ts'
import { type SessionKind, sessionLimits } from '../../lib/session-limits.ts'
import { hashToken, successorToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { commit, recorded } from '../events/commit.ts'
import { newEvent } from '../events/new-event.ts'
import type { Cause } from '../events/queries.ts'
import type { OpenedSession } from './open-session.ts'
import {
  endReusedFamily,
  insertSuccessor,
  lastSeenByToken,
  ownerOfToken,
  rotateToken,
  sessionOfToken,
  tokenChain,
} from './rotation-queries.ts'

/** Two tabs, or a client that lost our answer, may present a spent token this long after its rotation. */
export const REUSE_GRACE_MS = 10_000

type RotationDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals'>

/**
 * Spends a token and returns its successor, in one round trip.
 *
 * Within the grace, whoever presents the spent token again gets the newest token of the same chain: nobody is signed
 * out and no second chain begins. After it, the token was stolen or its thief is the faster one: the whole family ends
 * and an event says so. Throws `session.reused`, and `session.expired` for anything unknown, ended or too old.
 * RFC 9700 §4.14.2
 */
export async function rotateSessionToken(
  deps: RotationDeps,
  cause: Cause,
  token: string,
  kind: SessionKind,
): Promise<OpenedSession> {
  const { db, clock, config, random } = deps
  const now = clock.now()
  const salt = random.bytes(TOKEN_BYTES)
  const [hash, successorHash] = await Promise.all([
    hashToken(token),
    successorToken(token, salt).then((successor) => hashToken(successor)),
  ])
  const subject = { userId: ownerOfToken(hash), sessionId: sessionOfToken(hash) }
  const refreshed = newEvent(deps, { ...cause, actorId: null }, 'session.refreshed', {
    ...subject,
    actorId: subject.userId,
  })
  const reused = newEvent(deps, cause, 'session.reused', { ...subject, result: 'failure' })
  const idleSince = now - sessionLimits(config)[kind].idleMs

  const [, , , ended, [row]] = await commit(deps, [
    recorded(rotateToken(db, { hash, kind, salt: base64url(salt), now, idleSince }), refreshed),
    insertSuccessor(db, hash, successorHash, now, refreshed),
    lastSeenByToken(db, hash, now, refreshed),
    recorded(endReusedFamily(db, hash, kind, now - REUSE_GRACE_MS, now), reused),
    tokenChain(db, hash, kind, now - REUSE_GRACE_MS),
  ])

  if (ended.length > 0) throw problem('session.reused')
  if (!row || row.endedAt !== null || row.expiresAt <= now || row.user.status !== 'active' || row.salts.length === 0)
    throw problem('session.expired')
  let newest = token
  for (const step of row.salts) newest = await successorToken(newest, fromBase64url(step) ?? new Uint8Array())
  const { user, sessionId, authenticatedAt, expiresAt } = row
  return { sessionId, kind, token: newest, user, authenticatedAt, expiresAt }
}
