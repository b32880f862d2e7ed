import type { Asked } from '../actions/ask-actions.ts'
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

/** A session and its secret: a refresh token, or the value of a cookie. The client receives the secret once. */
export interface OpenedSession {
  sessionId: string
  kind: SessionKind
  token: string
  user: PrincipalUser
  authenticatedAt: number
  expiresAt: number
  /** RFC 8176 */
  amr: readonly string[]
  /** The active organisation with the roles of the user there; null outside of organisations. */
  org: ActiveOrg | null
  /** The administrator who uses the session in the place of its owner. */
  impersonatorId: string | null
  /** Who asked for it or goes on with it. */
  cause: Cause
  /** False: the session goes on with a next token. */
  isNew: boolean
  /** What the actions of the operator allowed, if they were asked before it was opened. */
  asked?: Asked
}

export interface ActiveOrg {
  id: string
  roles: readonly string[]
}

/**
 * The authentication methods of the session (RFC 8176): `['pwd']`. As SQL it is a JSON array that the batch computes.
 */
export type Amr = readonly string[] | SQL

export interface SessionRequest {
  /** The user of the session. As SQL, the batch finds the user. */
  userId: string | SQL
  kind: SessionKind
  cause: Cause
  /** `mfa` means that the user showed more than one factor. */
  amr: readonly string[]
  /** The active organisation of the session that this one replaces. */
  org?: ActiveOrg | null
  /** The time at which the user authenticated, ms UTC. Absent: now. 0 if it is unknown: such a session is not fresh. */
  authenticatedAt?: number | undefined
  /** The session opens only if this condition still holds in the batch. */
  condition: SQL
}

/** A session that an administrator uses in the place of its owner. */
export interface Impersonation {
  by: string
  reason: string
  ttlMs: number
}

export type OpenSessionDeps = KnownDeviceDeps

/**
 * Returns the steps that open a session and record its device, for the batch of a sign-in or sign-up. If the
 * condition fails, the first step returns no row. The session is open only after the steps are committed.
 */
export async function openSession(deps: OpenSessionDeps, request: SessionRequest) {
  const { opened: draft, created, insert, following } = await draftSession(deps, request)
  const opened = { ...draft, amr: request.amr, org: request.org ?? null }
  return { opened, steps: [recorded(insert(request), created(request.userId, request)), ...following] as const }
}

/** The same in separate parts, for callers whose batch decides whether the session opens. */
export async function draftSession(
  deps: OpenSessionDeps,
  { kind, cause, authenticatedAt: proved }: Pick<SessionRequest, 'kind' | 'cause' | 'authenticatedAt'>,
  impersonation?: Impersonation,
) {
  const { config, db, clock, random } = deps
  const now = clock.now()
  const authenticatedAt = proved ?? now
  const session = {
    id: random.id('ses'),
    kind,
    authenticatedAt,
    lastSeenAt: now,
    expiresAt: now + (impersonation?.ttlMs ?? sessionLimits(config)[kind].ttlMs),
    createdAt: now,
    impersonatorId: impersonation?.by ?? null,
    impersonationReason: impersonation?.reason ?? null,
    address: cause.address,
    userAgent: cause.userAgent,
  }
  const token = base64url(random.bytes(TOKEN_BYTES))
  const opened: Omit<OpenedSession, 'user' | 'amr'> = {
    sessionId: session.id,
    kind,
    token,
    authenticatedAt,
    expiresAt: session.expiresAt,
    org: null,
    impersonatorId: session.impersonatorId,
    cause,
    isNew: true,
  }
  const firstToken = insertFirstToken(db, { sessionId: session.id, hash: await hashToken(token), now })
  return {
    opened,
    /** The event that records which factors and which provider opened the session. */
    created: (userId: string | SQL, { amr, provider }: { amr: Amr; provider?: string | undefined }) =>
      newEvent(deps, cause, 'session.created', {
        actorId: userId,
        userId,
        sessionId: session.id,
        data: openedBy(kind, amr, provider),
      }),
    /** Returns the `amr` of the session, which the batch may compute. */
    insert: ({ userId, amr, org, condition }: Pick<SessionRequest, 'userId' | 'org' | 'condition'> & { amr: Amr }) =>
      insertSession(db, { ...session, userId, orgId: org?.id ?? null, amr: isList(amr) ? [...amr] : amr }, condition),
    /** These steps do nothing if the session was not inserted. */
    following: [
      firstToken,
      // The device is the one of the administrator, which the owner need not know.
      ...(impersonation === undefined ? await knownDeviceSteps(deps, cause, session.id) : []),
    ] as const,
  }
}

const openedBy = (kind: SessionKind, amr: Amr, provider: string | undefined): NewEvent['data'] => {
  const known = { kind, ...(provider === undefined ? {} : { provider }) }
  return isList(amr) ? { ...known, amr } : withAmr(known, amr)
}

const isList = (amr: Amr): amr is readonly string[] => Array.isArray(amr)
