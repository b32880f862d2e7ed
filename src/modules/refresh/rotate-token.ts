import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { base64url, fromBase64url } from '../../lib/encoding.ts'
import { AES_GCM_NONCE_BYTES } from '../../lib/crypto.ts'
import { isInGrace, REUSE_GRACE_MS, type SessionKind, sessionLimits } from '../../lib/session-limits.ts'
import { hashToken, isToken, openRoot, sealRoot, successorToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import type { OpenedSession } from '../sessions/open-session.ts'
import {
  endReusedFamily,
  type FoundToken,
  findToken,
  insertSuccessor,
  noteRefresh,
  rotateToken,
  tokenNow,
} from './queries.ts'

type RotationDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals'>

/**
 * Spends a token and returns its successor: one read, and one batch if there is something to write. What is no token, or
 * nobody's, costs at most the read.
 *
 * A spent token that is presented again gives the newest token of its chain, and writes nothing,
 * - within 10 s of its rotation, and
 * - within `REFRESH_RETRY_SECONDS`, while nobody has refreshed with its successor, or shown it as a cookie: the answer that
 *   carried it may be lost.
 * At any other time one of two holders is a thief: the whole family ends and an event says so. Throws `session.reused`,
 * and `session.expired` for anything unknown, ended or too old. RFC 9700 §4.14.2
 */
export async function rotateSessionToken(
  deps: RotationDeps,
  cause: Cause,
  token: string,
  kind: SessionKind,
): Promise<OpenedSession> {
  if (!isToken(token)) throw problem('session.expired')
  const hash = await hashToken(token)
  const [found] = await findToken(deps.db, { hash })
  if (found?.kind !== kind || found.endedAt !== null) throw problem('session.expired')
  if (found.rotatedAt === null) return spend(deps, cause, token, hash, found)
  if (isInGrace(found.rotatedAt + REUSE_GRACE_MS, deps.clock.now())) return newestOfChain(deps, token, found)
  // Of a cookie it may just be noted that its successor was shown: that is asked of the batch, behind the note.
  if (kind === 'token' && isUnusedYet(deps, found.rotatedAt, found)) return newestOfChain(deps, token, found)
  return replay(deps, cause, token, hash, found)
}

async function spend(deps: RotationDeps, cause: Cause, token: string, hash: string, found: FoundToken) {
  const { db, clock, random } = deps
  const { sessionId, kind, user } = found
  requireAlive(deps, found)
  const now = clock.now()
  const root = await rootOf(token, found)
  const salt = random.bytes(TOKEN_BYTES)
  const successor = await successorToken(root, salt)
  const next = {
    nextHash: await hashToken(successor),
    sealedRoot: await sealRoot(successor, random.bytes(AES_GCM_NONCE_BYTES), root),
  }
  const subject = { userId: user.id, actorId: user.id, sessionId }
  const refreshed = newEvent(deps, cause, 'session.refreshed', subject)
  const idleSince = now - idleMs(deps, kind)
  const { rotated, spent } = await commit(deps, {
    rotated: recorded(rotateToken(db, { hash, kind, salt: base64url(salt), now, idleSince }), refreshed),
    successor: insertSuccessor(db, { hash, ...next, now, refreshed: refreshed.id }),
    refreshed: noteRefresh(db, { sessionId, now, refreshed: refreshed.id }),
    spent: tokenNow(db, { hash }),
  })
  if (rotated.rowsAffected > 0) return opened(found, successor)
  // Somebody else was faster: this token was spent a moment ago.
  const [after] = spent
  if (after === undefined || after.rotatedAt === null) throw problem('session.expired')
  return newestOfChain(deps, token, { ...found, ...after })
}

/** The answer of that rotation may be lost. A tab that got it may be using the access token, which is no sign of anything. */
const isUnusedYet = ({ config, clock }: RotationDeps, rotatedAt: number, found: FoundToken): boolean =>
  clock.now() - rotatedAt < config.refreshRetrySeconds * 1000 &&
  found.newestPosition === found.position + 1 &&
  found.newestShownAt === null

/** Ends the family and tells of it once, unless the answer was lost: of many at once, one ends it. */
async function replay(deps: RotationDeps, cause: Cause, token: string, hash: string, found: FoundToken) {
  const { db, clock, config } = deps
  const { sessionId, user } = found
  const now = clock.now()
  const reused = newEvent(deps, cause, 'session.reused', { userId: user.id, sessionId, result: 'failure' })
  const lostSince = now - config.refreshRetrySeconds * 1000
  const { ended, spent } = await commit(deps, {
    ended: recorded(endReusedFamily(db, { sessionId, hash, lostSince, now }), reused),
    spent: tokenNow(db, { hash }),
  })
  if (ended.length > 0) throw problem('session.reused')
  const [after] = spent
  if (after === undefined) throw problem('session.expired')
  return newestOfChain(deps, token, { ...found, ...after })
}

/** The newest token, in one step however far the chain has moved since this one was spent. */
async function newestOfChain(deps: RotationDeps, token: string, found: FoundToken): Promise<OpenedSession> {
  requireAlive(deps, found)
  const newest = await successorToken(
    await rootOf(token, found),
    fromBase64url(found.newestSalt ?? '') ?? new Uint8Array(),
  )
  // Not so only for chains that moved on twice within the grace while a release before this one served them.
  if ((await hashToken(newest)) !== found.newestHash) throw problem('session.expired')
  return opened(found, newest)
}

const opened = ({ user, sessionId, kind, authenticatedAt, expiresAt }: FoundToken, token: string): OpenedSession => ({
  sessionId,
  kind,
  token,
  user,
  authenticatedAt,
  expiresAt,
})

async function rootOf(token: string, { sealedRoot }: FoundToken): Promise<string> {
  const root = sealedRoot === null ? token : await openRoot(token, sealedRoot)
  if (root === undefined) throw problem('session.expired', { cause: new Error('the root of a chain does not open') })
  return root
}

function requireAlive(deps: RotationDeps, { endedAt, expiresAt, lastSeenAt, kind, user }: FoundToken): void {
  const now = deps.clock.now()
  const alive = endedAt === null && expiresAt > now && lastSeenAt > now - idleMs(deps, kind)
  if (!alive || user.status !== 'active') throw problem('session.expired')
}

const idleMs = ({ config }: RotationDeps, kind: SessionKind): number => sessionLimits(config)[kind].idleMs
