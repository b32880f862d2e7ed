import { type Static, Type } from '@sinclair/typebox'
import { t } from 'elysia'
import type { EventRow } from '../../core/events/queries.ts'
import { isOfOrgs } from '../../core/events/org-nouns.ts'
import { pageOf, pageQuery } from '../../core/paging/schema.ts'
import { eventTypes } from '../../declared.ts'
import { iso } from '../../lib/iso-time.ts'

const nullable = (description: string, example: string) =>
  Type.Union([Type.String(), Type.Null()], { description, examples: [example] })

export const AuditEvent = Type.Object(
  {
    id: Type.String({ examples: ['evt_0190a5e0c5f87d3cb3a4c1f2e5d60718'] }),
    type: Type.String({ examples: ['session.created'] }),
    result: Type.Union([Type.Literal('success'), Type.Literal('failure')]),
    at: Type.String({ format: 'date-time', examples: ['2026-07-09T12:00:00.000Z'] }),
    actorId: nullable(
      'The account that caused the event. Null for a request without a session, and for the system.',
      'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718',
    ),
    userId: nullable('The account that the event is about.', 'usr_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
    sessionId: nullable('The session that the event is about.', 'ses_0190a5e0c5f87d3cb3a4c1f2e5d60718'),
    address: nullable('The IP address of the request.', '203.0.113.7'),
    userAgent: nullable('The User-Agent header of the request.', 'Mozilla/5.0'),
    requestId: nullable('The id of the request that caused the event.', 'req_192121646ad746969'),
    data: Type.Record(Type.String(), Type.Unknown(), {
      description: 'More facts about the event. The fields depend on its type.',
    }),
  },
  { title: 'AuditEvent' },
)

export const AuditEventPage = pageOf(AuditEvent, 'AuditEventPage')

export const ListAuditEvents = t.Object(
  {
    ...pageQuery,
    type: t.Optional(t.Union(eventTypes.map((type) => t.Literal(type)))),
    userId: t.Optional(t.String({ maxLength: 64, description: 'Only events about this account.' })),
    actorId: t.Optional(t.String({ maxLength: 64, description: 'Only events that this account caused.' })),
  },
  { additionalProperties: false },
)

/** The events that an organisation can read. Other events of its members are about the persons. */
export const orgEventTypes = eventTypes.filter(isOfOrgs)

export const ListOrgEvents = t.Object(
  { ...pageQuery, type: t.Optional(t.Union(orgEventTypes.map((type) => t.Literal(type)))) },
  { additionalProperties: false },
)

export const toAuditEvent = ({
  at,
  seal: _seal,
  salt: _salt,
  personalDigest: _digest,
  orgId: _orgId,
  actingFor: _actingFor,
  ...event
}: EventRow): Static<typeof AuditEvent> => ({
  ...event,
  at: iso(at),
})
