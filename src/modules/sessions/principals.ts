import type { Deps, SessionPrincipal } from '../../deps.ts'
import { permissionsOf } from '../../core/permissions.ts'
import { REUSE_GRACE_MS } from '../../lib/session-limits.ts'
import { commit } from '../../core/events/commit.ts'
import { noteShown, principalByCookie, principalBySession, setLastSeen } from './queries.ts'

type PrincipalRow = Awaited<ReturnType<typeof principalByCookie>>[number]

/** The principal of an active session of an active user, else undefined. One round trip. */
export const loadPrincipalBySession = async (
  { db }: Pick<Deps, 'db'>,
  sessionId: string,
): Promise<SessionPrincipal | undefined> => toPrincipal((await principalBySession(db, { sessionId }))[0])

/**
 * The same by the hash of a session cookie. A used cookie is accepted during its grace period. One round trip. If a
 * browser sends a cookie for the first time after the rotation that made it, this is recorded after the response.
 */
export async function loadPrincipalByCookie(
  deps: Pick<Deps, 'db' | 'principals' | 'clock' | 'defer'>,
  hash: string,
): Promise<SessionPrincipal | undefined> {
  const [row] = await principalByCookie(deps.db, { hash })
  if (row?.newCookie) deps.defer(() => commit(deps, [noteShown(deps.db, { hash, now: deps.clock.now() })]))
  return toPrincipal(row)
}

function toPrincipal(row: PrincipalRow | undefined): SessionPrincipal | undefined {
  if (row === undefined) return undefined
  const {
    sessionId,
    sessionKind,
    authenticatedAt,
    expiresAt,
    lastSeenAt,
    rotatedAt,
    newCookie: _,
    amr,
    mfaRequired,
    hasFactor,
    anonymous,
    ...user
  } = row
  return {
    kind: 'session',
    id: user.id,
    orgId: null,
    actingFor: null,
    permissions: permissionsOf(user.roles),
    limiterKey: user.id,
    sessionId,
    sessionKind,
    authenticatedAt,
    expiresAt,
    lastSeenAt,
    graceEndsAt: rotatedAt === null ? null : rotatedAt + REUSE_GRACE_MS,
    amr: amr ?? [],
    mfaRequired,
    mfaMissing: mfaRequired && !(hasFactor && amr?.includes('mfa')),
    hasFactor,
    anonymous,
    user,
  }
}

/**
 * Saves the time of use of a session, unless a use was saved less than `everyMs` ago. It writes no event, because
 * this is not an audited action and changes no answer.
 */
export const touchSession = (
  deps: Pick<Deps, 'db' | 'principals'>,
  sessionId: string,
  { now, everyMs }: { now: number; everyMs: number },
) => commit(deps, [setLastSeen(deps.db, { sessionId, now, unless: now - everyMs })])
