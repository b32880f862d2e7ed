import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { describeDevice } from '../../lib/devices.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import { iso } from '../../lib/iso-time.ts'
import { Timestamp, UserParams } from '../users/schema.ts'

const SessionId = Type.String({
  pattern: '^ses_[0-9a-f]{32}$',
  examples: ['ses_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
})

export const SessionParams = t.Object({ id: SessionId })
export const UserSessionParams = t.Object({ ...UserParams.properties, sessionId: SessionId })

/** Contains no token and no secret. A session id is not secret. */
export const ActiveSession = Type.Object(
  {
    id: SessionId,
    current: Type.Boolean({ description: 'True for the session of this request.' }),
    kind: Type.Union([Type.Literal('token'), Type.Literal('cookie')]),
    device: Type.String({
      description: 'The browser and system that opened the session, if known: `Unknown device` for most programs.',
      examples: ['Firefox on Linux'],
    }),
    address: Type.Union([Type.String(), Type.Null()], {
      description: 'The IP address that opened the session.',
      examples: ['203.0.113.7'],
    }),
    createdAt: Timestamp,
    lastSeenAt: Type.String({ ...Timestamp, description: 'The last use, accurate to one minute.' }),
    authenticatedAt: Type.Union([Timestamp, Type.Null()], {
      description:
        'When the owner last authenticated. null if another provider opened the session and did not say when it authenticated the owner.',
      examples: ['2026-07-09T12:00:00.000Z'],
    }),
    expiresAt: Type.String({
      ...Timestamp,
      description: 'When the session ends at the latest. It ends earlier if it is not used.',
    }),
  },
  { title: 'ActiveSession' },
)
export type ActiveSession = Static<typeof ActiveSession>

export const ActiveSessions = Type.Object(
  { items: Type.Array(ActiveSession, { maxItems: 100, description: 'The current session first, then the newest.' }) },
  { title: 'ActiveSessions' },
)
export type ActiveSessions = Static<typeof ActiveSessions>

export interface ListedSession {
  id: string
  kind: SessionKind
  address: string | null
  userAgent: string | null
  createdAt: number
  lastSeenAt: number
  authenticatedAt: number
  expiresAt: number
}

export const toActiveSession = (session: ListedSession, currentId: string | null): ActiveSession => ({
  id: session.id,
  current: session.id === currentId,
  kind: session.kind,
  device: describeDevice(session.userAgent),
  address: session.address,
  createdAt: iso(session.createdAt),
  lastSeenAt: iso(session.lastSeenAt),
  authenticatedAt: session.authenticatedAt === 0 ? null : iso(session.authenticatedAt),
  expiresAt: iso(session.expiresAt),
})
