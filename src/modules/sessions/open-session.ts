import type { SQL } from 'drizzle-orm'
import type { PrincipalUser } from '../../deps.ts'
import { base64url } from '../../lib/encoding.ts'
import { type SessionKind, sessionLimits } from '../../lib/session-limits.ts'
import { hashToken, TOKEN_BYTES } from '../../lib/tokens.ts'
import { recorded } from '../../core/events/commit.ts'
import { newEvent } from '../../core/events/new-event.ts'
import type { Cause, NewEvent } from '../../core/events/queries.ts'
import { knownDeviceSteps, type KnownDeviceDeps } from './note-known-device.ts'
import { insertFirstToken, insertSession, withAmr } from './queries.ts'

export type { SessionKind }

/** A session and the secret that carries it on: a refresh token, or the value of a cookie. Shown once. */
export interface OpenedSession {
  sessionId: string
  kind: SessionKind
  token: string
  user: PrincipalUser
  authenticatedAt: number
  expiresAt: number
}

/** How its owner was authenticated (RFC 8176): `['pwd']`. As SQL, a JSON array, where the batch itself finds it out. */
export type Amr = readonly string[] | SQL

export interface SessionRequest {
  /** Whose it is; as SQL where the batch itself finds out. */
  userId: string | SQL
  kind: SessionKind
  cause: Cause
  /** `mfa` says that it took more than one factor. */
  amr: Amr
  /** When its owner proved who they are, ms UTC; absent: now. 0 where nobody can tell: such a session is not fresh. */
  authenticatedAt?: number | undefined
  /** The session opens only if this still holds in the batch. */
  condition: SQL
}

export type OpenSessionDeps = KnownDeviceDeps

/**
 * The steps that open a session and note its device, for the batch of a sign-in or sign-up; the first step returns no
 * row when the condition failed. Nothing is open until they are committed.
 */
export async function openSession(deps: OpenSessionDeps, request: SessionRequest) {
  const { opened, created, insert, following } = await draftSession(deps, request)
  return { opened, steps: [recorded(insert(request), created(request.userId, request)), ...following] as const }
}

/** The same in parts, for whoever decides in the batch whether it is opened. */
export async function draftSession(
  deps: OpenSessionDeps,
  { kind, cause, authenticatedAt: proved }: Pick<SessionRequest, 'kind' | 'cause' | 'authenticatedAt'>,
) {
  const { config, db, clock, random } = deps
  const now = clock.now()
  const authenticatedAt = proved ?? now
  const session = {
    id: random.id('ses'),
    kind,
    authenticatedAt,
    lastSeenAt: now,
    expiresAt: now + sessionLimits(config)[kind].ttlMs,
    createdAt: now,
    address: cause.address,
    userAgent: cause.userAgent,
  }
  const token = base64url(random.bytes(TOKEN_BYTES))
  const opened: Omit<OpenedSession, 'user'> = {
    sessionId: session.id,
    kind,
    token,
    authenticatedAt,
    expiresAt: session.expiresAt,
  }
  return {
    opened,
    /** Says which factors opened it, and through which provider. */
    created: (userId: string | SQL, { amr, provider }: { amr: Amr; provider?: string | undefined }) =>
      newEvent(deps, cause, 'session.created', {
        actorId: userId,
        userId,
        sessionId: session.id,
        data: openedBy(kind, amr, provider),
      }),
    insert: ({ userId, amr, condition }: Pick<SessionRequest, 'userId' | 'amr' | 'condition'>) =>
      insertSession(db, { ...session, userId, amr: isList(amr) ? JSON.stringify(amr) : amr }, condition),
    /** Nothing, if it was not inserted. */
    following: [
      insertFirstToken(db, { sessionId: session.id, hash: await hashToken(token), now }),
      ...(await knownDeviceSteps(deps, cause, session.id)),
    ] as const,
  }
}

const openedBy = (kind: SessionKind, amr: Amr, provider: string | undefined): NewEvent['data'] => {
  const known = { kind, ...(provider === undefined ? {} : { provider }) }
  return isList(amr) ? { ...known, amr } : withAmr(known, amr)
}

const isList = (amr: SessionRequest['amr']): amr is readonly string[] => Array.isArray(amr)
