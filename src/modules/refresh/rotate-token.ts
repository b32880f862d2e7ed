import type { Deps } from '../../deps.ts'
import { problem } from '../../errors.ts'
import { base64url, fromBase64url } from '../../lib/encoding.ts'
import { AES_GCM_NONCE_BYTES } from '../../lib/crypto.ts'
import { isInGrace, REUSE_GRACE_MS, type SessionKind, sessionLimits } from '../../lib/session-limits.ts'
import { hashToken, isToken, openRoot, sealRoot, successorToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { commit, recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause } from '../../core/events/queries.ts'
import { impersonation } from '../../lib/acting-for.ts'
import { INSTANCE } from '../../core/authz/scope.ts'
import { unmetBySession } from '../../core/authz/unmet-setting.ts'
import type { ActiveOrg, OpenedSession } from '../sessions/open-session.ts'
import { loadPrincipalBySession } from '../sessions/principals.ts'
import {
  endReusedFamily,
  type FoundToken,
  findToken,
  insertSuccessor,
  noteRefresh,
  rotateToken,
  tokenNow,
} from './queries.ts'

type RotationDeps = Pick<Deps, 'config' | 'db' | 'clock' | 'random' | 'principals' | 'keys'>

/**
 * Uses up a token and returns its successor: one read, and one batch if there is something to write. A text that is
 * not a token causes no read. An unknown token costs only the read.
 *
 * A used token that is sent again returns the newest token of its chain and writes nothing in two cases:
 * - within 10 s of its rotation;
 * - within `REFRESH_RETRY_SECONDS` of its rotation, while no client has refreshed with its successor or sent it as a
 *   cookie: the answer that carried the successor may be lost.
 *
 * At any other time, two clients hold the token and one may be a thief. The session ends with all its tokens, and an
 * event records it. Throws `session.reused`, and `session.expired` for a token that is unknown, ended or too old. RFC
 * 9700 §4.14.2
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
  // Whether the administrator may still act for the user. One more round trip, for such a session alone.
  if (
    found.impersonatorId !== null &&
    !(await loadPrincipalBySession(deps, found.sessionId, { ids: [INSTANCE] })).principal
  )
    throw problem('session.expired')
  if (found.rotatedAt === null) return spend(deps, cause, token, hash, found)
  if (isInGrace(found.rotatedAt + REUSE_GRACE_MS, deps.clock.now())) return newestOfChain(deps, cause, token, found)
  // A request may be recording at this moment that a browser has sent the next cookie. So the batch decides for
  // cookies, after that write.
  if (kind === 'token' && isUnusedYet(deps, found.rotatedAt, found)) return newestOfChain(deps, cause, token, found)
  return replay(deps, cause, token, hash, found)
}

async function spend(deps: RotationDeps, cause: Cause, token: string, hash: string, found: FoundToken) {
  const { db, clock, random } = deps
  const { sessionId, kind, user, impersonatorId } = found
  requireAlive(deps, found)
  const now = clock.now()
  const root = await rootOf(token, found)
  const salt = random.bytes(TOKEN_BYTES)
  const successor = await successorToken(root, salt)
  const next = {
    nextHash: await hashToken(successor),
    sealedRoot: await sealRoot(successor, random.bytes(AES_GCM_NONCE_BYTES), root),
  }
  const by = { ...cause, actingFor: impersonation({ userId: user.id, impersonatorId }) }
  const subject = { userId: user.id, actorId: impersonatorId ?? user.id, sessionId }
  const refreshed = newEvent(deps, by, 'session.refreshed', subject)
  const idleSince = now - idleMs(deps, kind)
  const { rotated, spent } = await commit(deps, {
    rotated: recorded(rotateToken(db, { hash, kind, salt: base64url(salt), now, idleSince }), refreshed),
    successor: insertSuccessor(db, { hash, ...next, now, refreshed: refreshed.id }),
    refreshed: noteRefresh(db, { sessionId, now, refreshed: refreshed.id }),
    spent: tokenNow(db, { hash }),
  })
  if (rotated.rowsAffected > 0) return opened(deps, cause, found, successor)
  // Another request used up this token a moment ago.
  const [after] = spent
  if (after === undefined || after.rotatedAt === null) throw problem('session.expired')
  return newestOfChain(deps, cause, token, { ...found, ...after })
}

/**
 * True if the answer of that rotation may be lost. The use of an access token does not count: a tab that got the
 * answer may be using it.
 */
const isUnusedYet = ({ config, clock }: RotationDeps, rotatedAt: number, found: FoundToken): boolean =>
  clock.now() - rotatedAt < config.refreshRetrySeconds * 1000 &&
  found.newestPosition === found.position + 1 &&
  found.newestShownAt === null

/** Ends the session and records one event, unless the answer was lost. If several requests run at once, one ends it. */
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
  return newestOfChain(deps, cause, token, { ...found, ...after })
}

/** Returns the newest token of the chain in one step, for any number of rotations since this token was used. */
async function newestOfChain(
  deps: RotationDeps,
  cause: Cause,
  token: string,
  found: FoundToken,
): Promise<OpenedSession> {
  requireAlive(deps, found)
  const newest = await successorToken(
    await rootOf(token, found),
    fromBase64url(found.newestSalt ?? '') ?? new Uint8Array(),
  )
  // The hashes differ only for a chain that moved on twice within the 10 s while an earlier release served it.
  if ((await hashToken(newest)) !== found.newestHash) throw problem('session.expired')
  return opened(deps, cause, found, newest)
}

const opened = ({ clock }: RotationDeps, cause: Cause, found: FoundToken, token: string): OpenedSession => ({
  sessionId: found.sessionId,
  kind: found.kind,
  token,
  user: found.user,
  authenticatedAt: found.authenticatedAt,
  expiresAt: found.expiresAt,
  amr: found.amr ?? [],
  org: activeOrg(found, clock.now()),
  impersonatorId: found.impersonatorId,
  cause,
  isNew: false,
})

/** The active organisation, unless the session does not meet its settings any more. */
function activeOrg({ orgId, orgRoles, orgSettings, ...found }: FoundToken, now: number): ActiveOrg | null {
  if (orgId === null || orgRoles === null) return null
  const session = { amr: found.amr ?? [], authenticatedAt: found.authenticatedAt, hasFactor: found.hasFactor }
  return unmetBySession(orgSettings, session, now) === undefined ? { id: orgId, roles: orgRoles } : null
}

async function rootOf(token: string, { sealedRoot }: FoundToken): Promise<string> {
  const root = sealedRoot === null ? token : await openRoot(token, sealedRoot)
  if (root === undefined)
    throw problem('session.expired', { cause: new Error('the root of a token chain cannot be decrypted') })
  return root
}

function requireAlive(deps: RotationDeps, { endedAt, expiresAt, lastSeenAt, kind, user }: FoundToken): void {
  const now = deps.clock.now()
  const alive = endedAt === null && expiresAt > now && lastSeenAt > now - idleMs(deps, kind)
  if (!alive || user.status !== 'active') throw problem('session.expired')
}

const idleMs = ({ config }: RotationDeps, kind: SessionKind): number => sessionLimits(config)[kind].idleMs
