import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import { describeDevice } from '../../lib/devices.ts'
import type { SessionKind } from '../../lib/session-limits.ts'
import { iso } from '../../lib/iso-time.ts'
import { Timestamp } from '../users/schema.ts'

const SessionId = Type.String({
  pattern: '^ses_[0-9a-f]{32}$',
  examples: ['ses_0190a5e0c5f87d3cb3a4c1f2e5d60718'],
})

export const SessionParams = t.Object({ id: SessionId })

/** No token, and nothing that opens anything: an id names a session, it is no secret. */
export const ActiveSession = Type.Object(
  {
    id: SessionId,
    current: Type.Boolean({ description: 'It is the session that asks.' }),
    kind: Type.Union([Type.Literal('token'), Type.Literal('cookie')]),
    device: Type.String({
      description: 'What it was opened with, as far as that told: `Unknown device` for most programs.',
      examples: ['Firefox on Linux'],
    }),
    address: Type.Union([Type.String(), Type.Null()], {
      description: 'From where it was opened.',
      examples: ['203.0.113.7'],
    }),
    createdAt: Timestamp,
    lastSeenAt: Type.String({ ...Timestamp, description: 'Its last use, to the minute.' }),
    authenticatedAt: Type.Union([Timestamp, Type.Null()], {
      description:
        'When its owner last proved who they are; null where another provider opened it and does not say when it asked them.',
      examples: ['2026-07-09T12:00:00.000Z'],
    }),
    expiresAt: Type.String({ ...Timestamp, description: 'When it ends at the latest; earlier when it is not used.' }),
  },
  { title: 'ActiveSession' },
)
export type ActiveSession = Static<typeof ActiveSession>

export const ActiveSessions = Type.Object(
  { items: Type.Array(ActiveSession, { maxItems: 100, description: 'The current one first, then the newest.' }) },
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
