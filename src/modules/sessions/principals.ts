import type { Deps, Principal } from '../../deps.ts'
import { permissionsOf } from '../../lib/permissions.ts'
import { commit } from '../events/commit.ts'
import { principalByCookie, principalBySession, setLastSeen } from './queries.ts'
import { REUSE_GRACE_MS } from './rotate-token.ts'

type PrincipalRow = NonNullable<Awaited<ReturnType<ReturnType<typeof principalByCookie>['get']>>>

/** The principal of a living session of an active user; undefined for any other. One round trip. */
export const loadPrincipalBySession = async (
  { db }: Pick<Deps, 'db'>,
  sessionId: string,
): Promise<Principal | undefined> => toPrincipal(await principalBySession(db).get({ sessionId }))

/** The same by the hash of a session cookie. A spent cookie is honoured for its grace. One round trip. */
export const loadPrincipalByCookie = async ({ db }: Pick<Deps, 'db'>, hash: string): Promise<Principal | undefined> =>
  toPrincipal(await principalByCookie(db).get({ hash }))

function toPrincipal(row: PrincipalRow | { rotatedAt: null } | undefined): Principal | undefined {
  if (!row || !('sessionId' in row)) return undefined
  const {
    sessionId,
    sessionKind,
    authenticatedAt,
    expiresAt,
    lastSeenAt,
    rotatedAt,
    amr,
    mfaRequired,
    hasFactor,
    anonymous,
    ...user
  } = row
  return {
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
    permissions: permissionsOf(user.roles),
  }
}

/**
 * Notes that the session was used, unless that was noted less than `everyMs` ago. No event: nobody audits a heartbeat,
 * and no answer of ours changes by it.
 */
export const touchSession = (
  deps: Pick<Deps, 'db' | 'principals'>,
  sessionId: string,
  { now, everyMs }: { now: number; everyMs: number },
) => commit(deps, [setLastSeen(deps.db, sessionId, now, everyMs)])
